"""One step of one referral: what its event changes, and what it teaches the directory."""

from sqlalchemy.orm import Session

from maillage.directory.service import record_signal
from maillage.directory.vocabulary import SignalKind
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.referrals.checks import facts_of, words_of
from maillage.referrals.codes import DeclineReason, Way
from maillage.referrals.content import Details
from maillage.referrals.models import Referral
from maillage.referrals.service.effects import Step, changes
from maillage.referrals.service.moving import Move, move
from maillage.referrals.states import Event, State, Transition, target


def step(
    session: Session, actor: Actor, referral: Referral, row: Transition, details: Details, *, version: int | None = None
) -> Move:
    """Take one row of the table, with all that its event changes, inside the caller's transaction."""
    state, resume = State(referral.state), State(referral.resume_state) if referral.resume_state else None
    about = Step(
        event=row.event,
        referral=referral,
        to=target(row, state, resume),
        details=details,
        user_id=actor.user_id,
        org_id=actor.org_id,
        now=clock.now(),
        today=clock.today(actor.country),
        country=actor.country,
    )
    _teach(session, about)
    return move(
        session,
        actor,
        referral,
        row,
        changes=changes(about),
        facts=facts_of(row, details),
        words=words_of(row, details),
        version=version,
    )


def _teach(session: Session, about: Step) -> None:
    """Tell the directory how this service answers: its first answer, its silence, or that it is no longer offered.
    What was agreed on the phone says nothing of how it answers here, and inside a house no service answers."""
    referral, sent_at = about.referral, about.referral.sent_at
    if referral.service_id is None or referral.channel == Way.PHONE:
        return
    if about.answers and referral.answered_at is None and sent_at is not None:
        gone = about.details.reason == DeclineReason.NO_LONGER_OFFERED
        kind = SignalKind.NO_LONGER_OFFERED if gone else SignalKind.ANSWERED
        record_signal(session, referral.service_id, kind=kind, delay=about.now - sent_at)
    elif about.event is Event.EXPIRE and referral.state != State.INFO_REQUESTED:
        record_signal(session, referral.service_id, kind=SignalKind.UNANSWERED)
