"""Whose address this is, and the dates behind it."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.agenda.models import CalendarFeed
from maillage.accounts.queries import affiliations
from maillage.kernel import clock, scope
from maillage.kernel.actor import Actor
from maillage.kernel.crypto import hash_secret
from maillage.kernel.errors import DomainError
from maillage.notifications.calendar import CalendarEntry, entries
from maillage.notifications.calendar.sources import in_order

KEPT: Final = timedelta(days=31)  # how long a past date stays in the feed


class FeedClosed(DomainError):
    """Revoked, replaced, or nobody's: one answer for all."""

    status = 404
    code = "calendar-closed"
    title = "Cette adresse d’agenda ne mène plus à rien"


def own_feed(session: Session, actor: Actor) -> CalendarFeed | None:
    return session.scalar(select(CalendarFeed).where(CalendarFeed.user_id == actor.user_id))


def coming(session: Session, actor: Actor) -> list[CalendarEntry]:
    """The dates to come of whoever acts, for the organisation that they act for."""
    if actor.user_id is None or actor.org_id is None:
        return []
    return entries(session, actor.user_id, [actor.org_id], clock.now())


def dates_behind(session: Session, secret: str) -> list[CalendarEntry]:
    """The dates of the holder of an address, whom no cookie tells: they are read inside the walls of that person, at
    each organisation where they still work. Raises FeedClosed for an address that is revoked, unknown or nobody's."""
    holder = session.scalar(select(CalendarFeed.user_id).where(CalendarFeed.secret_hash == hash_secret(secret)))
    places = affiliations(session, holder) if holder is not None else []
    if holder is None or not places:
        raise FeedClosed("Elle a été fermée ou remplacée. On en crée une autre depuis « Mon agenda », dans son compte.")
    found: dict[str, CalendarEntry] = {}
    for org_id in (place.org_id for place in places):
        scope.act_as(Actor(user_id=holder, org_id=org_id))
        found |= _by_uid(entries(session, holder, [org_id], clock.now() - KEPT))
    scope.act_as(None)
    return in_order(found.values())


def _by_uid(told: list[CalendarEntry]) -> dict[str, CalendarEntry]:
    return {entry.uid: entry for entry in told}
