"""How our forms are answered: a refusal beside its field, a redirect when it is done."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.errors import Conflict, Invalid
from maillage.web.forms import Form


def done(form: Form, act: Callable[[], object]) -> bool:
    """Whether the form was posted, right, and what it asks for was done."""
    if not form.submitted():
        return False
    try:
        act()
    except (Invalid, Conflict) as error:
        form.show(error)
        return False
    return True


def back_to(endpoint: str, situation_id: UUID, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for(endpoint, situation_id=situation_id), 303)
