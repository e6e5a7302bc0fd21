"""Pages that the footer leads to: help, accessibility, private life, state of the service."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select, text
from sqlalchemy.exc import SQLAlchemyError

from maillage.accounts import queries
from maillage.directory import searching
from maillage.kernel import outbox
from maillage.kernel.db import session
from maillage.notifications.queries import mails_wait
from maillage.web.authz import public

blueprint = Blueprint("pages", __name__)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the service in the words of those who use it."""

    name: str
    well: bool
    otherwise: str


@blueprint.get("/aide")
@public("help")
def help() -> ResponseReturnValue:
    return render_template("pages/help.html", host=queries.host(session()))


@blueprint.get("/accessibilite")
@public("accessibility statement")
def accessibility() -> ResponseReturnValue:
    return render_template("pages/accessibility.html", host=queries.host(session()))


@blueprint.get("/vie-privee")
@public("what is kept, and what is not")
def privacy() -> ResponseReturnValue:
    return render_template("pages/privacy.html")


@blueprint.get("/etat-du-service")
@public("whether the service works, without any figure of its use")
def status() -> ResponseReturnValue:
    works = _database()
    parts = [
        Part("Annuaire et orientations", works, "Les fiches et les orientations ne répondent pas pour le moment."),
        Part("Recherche", searching.engine_answers(), "Recherche réduite aux thèmes et au lieu."),
        Part("Envoi des avis", works and not _late(), "Les avis ont du retard\u00a0; aucun ne se perd."),
    ]
    return render_template("pages/status.html", parts=parts, all_well=all(part.well for part in parts))


def _late() -> bool:
    return bool(session().scalar(select(or_(outbox.is_late(), mails_wait()))))


def _database() -> bool:
    try:
        session().execute(text("SELECT 1"))
    except SQLAlchemyError:
        session().rollback()
        return False
    return True
