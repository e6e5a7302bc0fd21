"""One event on one referral, whoever's it is: asked of the policy, checked, done."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.directory.service import record_signal
from maillage.directory.vocabulary import SignalKind
from maillage.kernel import clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.db import transaction
from maillage.kernel.idempotency import IdempotencyKey
from maillage.referrals import policy
from maillage.referrals.checks import check_details, facts_of, words_of
from maillage.referrals.codes import DeclineReason, Mode
from maillage.referrals.content import Details
from maillage.referrals.models import Referral
from maillage.referrals.queries import load
from maillage.referrals.service.effects import ANSWERS, Step, changes
from maillage.referrals.service.moving import Move, Standing, move, once, record, standing
from maillage.referrals.service.sending import dispatch
from maillage.referrals.states import BEFORE_WORK, Event, State, Transition, target, transition

NO_LONGER_NEEDED = "L’orientation n’est plus d’actualité."
_STANDING = TypeAdapter(Standing)


def act(
    actor: Actor,
    *,
    referral_id: UUID,
    event: Event,
    details: Details = Details(),
    version: int | None = None,
    idempotency: IdempotencyKey | None = None,
) -> Standing:
    """Make `event` happen. Raises NotFound, Forbidden, Conflict (impossible now, or `version` is stale), Invalid."""
    with transaction() as session:
        return once(session, idempotency, _STANDING, lambda: _act(session, actor, referral_id, event, details, version))


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
        now=clock.now(),
        today=clock.today(actor.country),
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


def _act(
    session: Session, actor: Actor, referral_id: UUID, event: Event, details: Details, version: int | None
) -> Standing:
    referral, side = load(session, actor, referral_id)
    rivals = _rivals(session, referral) if event is Event.ACCEPT else []
    row = policy.decide(actor, side, referral, event)
    check_details(row, details, clock.today(actor.country))
    if event is Event.SEND:
        moves = dispatch(session, actor, referral, version=version)
    else:
        moves = [step(session, actor, referral, row, details, version=version)]
        moves += [_withdraw(session, rival) for rival in rivals]
    record(session, moves)
    return standing(referral)


def _teach(session: Session, about: Step) -> None:
    """Tell the directory how this service answers: its first answer, its silence, or that it is no longer offered."""
    referral, sent_at = about.referral, about.referral.sent_at
    if about.to in ANSWERS and referral.answered_at is None and sent_at is not None:
        gone = about.details.reason == DeclineReason.NO_LONGER_OFFERED
        kind = SignalKind.NO_LONGER_OFFERED if gone else SignalKind.ANSWERED
        record_signal(session, referral.service_id, kind=kind, delay=about.now - sent_at)
    elif about.event is Event.EXPIRE and referral.state != State.INFO_REQUESTED:
        record_signal(session, referral.service_id, kind=SignalKind.UNANSWERED)


def _rivals(session: Session, referral: Referral) -> Sequence[Referral]:
    """The other receivers who may no longer act once this one accepts.

    The whole batch is locked in one order first: of two who accept at the same time, the second one finds itself
    withdrawn instead of waiting for the first one for ever.
    """
    if referral.mode != Mode.FIRST_ACCEPTS:
        return []
    batch = select(Referral).where(Referral.batch_id == referral.batch_id).order_by(Referral.id)
    rows = session.scalars(batch.with_for_update().execution_options(populate_existing=True)).all()
    return [row for row in rows if row.id != referral.id and State(row.state) in BEFORE_WORK | {State.DRAFT}]


def _withdraw(session: Session, rival: Referral) -> Move:
    """In the sender's name and with a reason that says nothing of the one who accepted."""
    sender = Actor(user_id=None, org_id=rival.sender_org_id, channel=Channel.SYSTEM)
    row = transition(Event.CANCEL, State(rival.state))
    assert row is not None
    return step(session, sender, rival, row, Details(reason=NO_LONGER_NEEDED))
