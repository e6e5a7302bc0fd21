"""What the administration of an organisation and that of the platform show alike."""

from collections.abc import Callable
from typing import Final

from flask import current_app, render_template, request

from maillage.accounts.ceremonies import Site
from maillage.accounts.queries import JournalLine
from maillage.accounts.roles import labels_of
from maillage.accounts.words import COUNTRIES, KINDS, STATUS_TONES, STATUSES, action_in_words
from maillage.web.paging import Page

ORGANIZATION_WORDS: Final = {"kinds": KINDS, "statuses": STATUSES, "tones": STATUS_TONES, "countries": COUNTRIES}


def site() -> Site:
    """Where this instance is reached, as security keys are told; in development, under whatever name was asked for."""
    settings = current_app.extensions["maillage_settings"]
    return Site.at(settings.base_url if settings.production else request.host_url)


def journal_page(template: str, read: Callable[[str | None], Page[JournalLine]], **more: object) -> str:
    """The page of a journal that the address asks for, in words."""
    after = request.args.get("after")
    return render_template(
        template, page=read(after), first_page=not after, said=action_in_words, labels_of=labels_of, **more
    )
