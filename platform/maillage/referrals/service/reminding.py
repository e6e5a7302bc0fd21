"""Climbing the ladders of reminders, and holding one by hand. Which rungs there are: `ladder`."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, Select, select, update
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization
from maillage.kernel import audit, clock, db, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.kernel.working_days import is_working
from maillage.referrals import ladder, notices, policy
from maillage.referrals.codes import HoldReason, Side
from maillage.referrals.ladder import Wait
from maillage.referrals.models import Referral
from maillage.referrals.queries import load
from maillage.referrals.service.moving import STALE

HOUR: Final = timedelta(hours=8)  # a reminder of the night would be read in the morning, under what came after it
BATCH: Final = 2000


def climb_due(moment: datetime) -> int:
    """Have everybody told whose rung is due at `moment`, one commit each; returns how many referrals that were.

    A rung is climbed once: the row is locked, and remembers the day of the next one.
    """
    today = (moment.astimezone(clock.ZONES["FR"]) - HOUR).date()
    ids = list(db.session().scalars(_due(today).with_only_columns(Referral.id).limit(BATCH)))
    return sum(_climb(referral_id, today) for referral_id in ids)


def holdable(actor: Actor, side: Side, referral: Referral) -> bool:
    """Whether the actor may have the receiver left in peace for a while."""
    waits = ladder.wait_of(referral) is Wait.ANSWER and referral.remind_on is not None
    return side is Side.SENDER and actor.can(policy.SEND) and waits


def hold(actor: Actor, *, referral_id: UUID, until: date | None, reason: HoldReason) -> None:
    """Remind nobody until a day has passed; the ladder goes on afterwards where it stood. A nearer day ends it sooner.
    Raises Invalid, Forbidden, Conflict."""
    today = clock.today(actor.country)
    with transaction() as session:
        referral, side = load(session, actor, referral_id)
        if side is not Side.SENDER or not actor.can(policy.SEND):
            raise Forbidden()
        if not holdable(actor, side, referral):
            raise Conflict("Il n’y a pas de relance à suspendre : voyez où en est l’orientation.")
        until = _checked(until, referral.expires_on, today)
        days = until - max(referral.held_until or today, today)
        held = {"held_until": until, "held_reason": reason} | ladder.later(referral, days, actor.country)
        _set(session, referral, held)
        audit.record(session, actor, "referral.hold_reminders", "referral", referral.id, until=str(until), why=reason)


def _due(today: date) -> Select[Referral]:
    return select(Referral).where(Referral.remind_on <= today).order_by(Referral.remind_on, Referral.id)


def _climb(referral_id: UUID, today: date) -> bool:
    """Whether somebody is told; an answer that comes at the same moment has taken the ladder away."""
    with transaction() as session:
        referral = session.scalar(_due(today).where(Referral.id == referral_id).with_for_update())
        if referral is None:
            return False
        country = session.scalar(select(Organization.country).where(Organization.id == referral.receiver_org_id))
        if not is_working(today, country or "FR"):  # what a machine missed on Friday waits until Monday
            return False
        made = ladder.climb(referral, today, country or "FR")
        referral.rung, referral.remind_on = made.rung, made.next_on
        if made.tells:
            told = {"referral_id": str(referral.id), "wait": ladder.wait_of(referral), "tells": list(made.tells)}
            outbox.enqueue(session, notices.JOB_REMINDER, told)
        return bool(made.tells)


def _checked(until: date | None, last: date | None, today: date) -> date:
    if until is None or until < today:
        raise Invalid(fields={"until": "Indiquez jusqu’à quel jour ne relancer personne."})
    if last is not None and until >= last:
        raise Invalid(fields={"until": f"Choisissez un jour avant le {last:%d/%m/%Y}, où l’orientation se clôt seule."})
    return until


def _set(session: Session, referral: Referral, values: dict[str, object]) -> None:
    same = (Referral.id == referral.id, Referral.version == referral.version)
    done = session.execute(update(Referral).where(*same).values(**values))
    assert isinstance(done, CursorResult)
    if done.rowcount != 1:
        raise Conflict(STALE)
