"""A consent that ends: renewed in time by the sender, who is reminded two weeks before."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, select, update

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.kernel.outbox import OutboxJob
from maillage.referrals import policy
from maillage.referrals.checks import FUTURE, PAST
from maillage.referrals.codes import Basis, Side
from maillage.referrals.consent import notices
from maillage.referrals.models import Referral
from maillage.referrals.queries import load
from maillage.referrals.service.effects import LONGEST_ACCESS, within_consent
from maillage.referrals.states import ENDED, State

REMINDED: Final = timedelta(days=14)
BATCH: Final = 500
OVER = "Cette orientation ne repose pas sur un accord en cours."
STALE = "L’orientation a changé entre-temps. Rechargez la page pour voir où elle en est."


def renewable(actor: Actor, side: Side, referral: Referral) -> bool:
    """Whether the actor may note that the person agreed again."""
    open_now = State(referral.state) not in ENDED and referral.sent_at is not None
    return side is Side.SENDER and actor.can(policy.SEND) and open_now and referral.basis == Basis.CONSENT


def renew(actor: Actor, *, referral_id: UUID, given_on: date | None, expires_on: date | None) -> None:
    """Note that the person agreed again; the receiver reads on until the new end. Raises Invalid, Conflict."""
    today = clock.today(actor.country)
    _check(given_on, expires_on, today)
    with transaction() as session:
        referral, side = load(session, actor, referral_id)
        if side is not Side.SENDER or not actor.can(policy.SEND):
            raise Forbidden()
        if not renewable(actor, side, referral):
            raise Conflict(OVER)
        values: dict[str, object] = {"consent_given_on": given_on, "consent_expires_on": expires_on}
        if referral.access_ends_at is not None and referral.answered_at is not None:
            limit = referral.answered_at + LONGEST_ACCESS
            values["access_ends_at"] = within_consent(expires_on, limit, today, actor.country)
        done = session.execute(
            update(Referral).where(Referral.id == referral.id, Referral.version == referral.version).values(**values)
        )
        assert isinstance(done, CursorResult)
        if done.rowcount != 1:
            raise Conflict(STALE)
        audit.record(session, actor, "referral.renew_consent", "referral", referral.id, until=str(expires_on or ""))


def remind_due(moment: datetime) -> int:
    """Have the senders of consents that end soon reminded, once for each end; returns how many."""
    today = moment.astimezone(clock.ZONES["FR"]).date()
    with transaction() as session:
        ending = (
            select(Referral)
            .where(Referral.consent_expires_on.between(today, today + REMINDED))
            .where(Referral.basis == Basis.CONSENT, Referral.sent_at.is_not(None), Referral.erased_at.is_(None))
            .where(Referral.state.not_in(ENDED))
        )
        keys = {_key(it): it for it in session.scalars(ending.order_by(Referral.id))}
        told = set(session.scalars(select(OutboxJob.dedup_key).where(OutboxJob.dedup_key.in_(keys))))
        due = [(key, it) for key, it in keys.items() if key not in told][:BATCH]
        for key, it in due:
            outbox.enqueue(session, notices.JOB_ENDING, {"referral_id": str(it.id)}, dedup_key=key)
        return len(due)


def _key(referral: Referral) -> str:
    return f"{notices.JOB_ENDING}:{referral.id}:{referral.consent_expires_on}"


def _check(given_on: date | None, expires_on: date | None, today: date) -> None:
    wrong = {}
    if given_on is None:
        wrong["given_on"] = "Indiquez le jour où la personne a redonné son accord."
    elif given_on > today:
        wrong["given_on"] = FUTURE
    if expires_on is not None and expires_on <= today:
        wrong["expires_on"] = PAST
    if wrong:
        raise Invalid(fields=wrong)
