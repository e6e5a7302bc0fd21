"""A file kept apart whose readers have all left: an administrator names who reads it, and reads nothing."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from maillage.accounts.queries import Colleague, recipients
from maillage.kernel import audit, db, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, Invalid, NotFound
from maillage.notifications.service import post
from maillage.referrals.household import notices
from maillage.referrals.household.models import SituationReader
from maillage.referrals.household.queries import household_of, unread, who_may_follow
from maillage.referrals.household.service.apart import CHOOSE, entrust, name_readers
from maillage.referrals.models import Situation

ADMINISTERS = "organization.administer"


def unread_files(actor: Actor) -> Sequence[Situation]:
    """Files of the actor's organisation that nobody there can read any more: named by reference. Raises Forbidden."""
    return unread(db.session(), _organization(actor))


def may_read_instead(actor: Actor, *, situation_id: UUID) -> list[Colleague]:
    """Who may be given such a file: not who gives it, nor who knows anything of one opposed. Raises NotFound."""
    found = _unread(actor, situation_id)
    able = who_may_follow(db.session(), actor, household_of(db.session(), found.id))
    return [one for one in able if one.user_id != actor.user_id]


def rescue(actor: Actor, *, situation_id: UUID, user_id: UUID) -> None:
    """Give a file that nobody can read any more to a colleague; every other administrator is told. Raises Invalid."""
    with transaction() as session:
        found = _unread(actor, situation_id)
        if user_id not in {one.user_id for one in may_read_instead(actor, situation_id=found.id)}:
            raise Invalid(fields={"user_id": CHOOSE})
        name_readers(session, actor, household_of(session, found.id), {user_id})
        audit.record(session, actor, "household.rescue", "situation", found.id, user=str(user_id))
        entrust(session, found.id, user_id)
        payload = {"org_id": str(found.org_id), "situation_id": str(found.id), "by": str(actor.user_id)}
        outbox.enqueue(session, notices.JOB_RESCUED, payload)


def tell_rescued(org_id: UUID, situation_id: UUID, by: UUID) -> None:
    """Tell the other administrators that one of them gave a file to somebody."""
    with transaction() as session:
        told = [it for it in recipients(session, org_id, ADMINISTERS) if it.user_id not in (None, by)]
        post(session, notice=notices.of_rescue(), recipients=told, dedup_key=f"rescued:{situation_id}:{by}")


def tell_unread() -> None:
    """Tell administrators, once for each file, that nobody can read it any more."""
    with transaction() as session:
        for org_id in session.scalars(select(SituationReader.org_id).distinct().order_by(SituationReader.org_id)).all():
            told = [it for it in recipients(session, org_id, ADMINISTERS) if it.user_id is not None]
            for found in unread(session, org_id):
                post(session, notice=notices.of_unread(), recipients=told, dedup_key=f"unread:{found.id}")


def _organization(actor: Actor) -> UUID:
    if actor.org_id is None or not actor.can(ADMINISTERS):
        raise Forbidden()
    return actor.org_id


def _unread(actor: Actor, situation_id: UUID) -> Situation:
    found = next((it for it in unread_files(actor) if it.id == situation_id), None)
    if found is None:
        raise NotFound()
    return found
