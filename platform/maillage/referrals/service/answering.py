"""One event on one referral, whoever's it is: asked of the policy, checked, done."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.kernel.scope import unscoped
from maillage.referrals import policy
from maillage.referrals.checks import check_details, check_outcome, words_of
from maillage.referrals.codes import Mode, Side
from maillage.referrals.content import Details
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral, ReferralEvent
from maillage.referrals.queries import load
from maillage.referrals.queries.bars import bars, names_somebody
from maillage.referrals.service import appointing, handing, meeting
from maillage.referrals.service.advising import ensure_unnamed
from maillage.referrals.service.comparing import noting
from maillage.referrals.service.handing import Request
from maillage.referrals.service.moving import Move, Standing, once, record, standing
from maillage.referrals.service.stepping import step
from maillage.referrals.states import BEFORE_WORK, Event, State, transition

NO_LONGER_NEEDED = "L’orientation n’est plus d’actualité."
FIRST = "the first to accept withdraws the others, whose receivers it does not know"
_STANDING = TypeAdapter(Standing)


class KeptOut(Invalid):
    """Who is named to follow a situation is kept out of it."""


NOTED: Final = (Conflict, KeptOut)  # what somebody who sees the referral tried in vain
_VERBS: Final[Mapping[Event, Callable[[Session, Request], list[Move]]]] = {
    Event.SEND: handing.send,
    Event.REDIRECT: handing.redirect,
    Event.START: handing.start,
    Event.RELAY: handing.relay,
    Event.CONFIRM_CANCEL: handing.confirm_cancel,
    Event.ENTERED_IN_ERROR: handing.seal_error,
    Event.WITHDRAW_CONSENT: meeting.withdraw,
    Event.APPOINTMENT: appointing.note,
    Event.COMPLETE: meeting.complete,
}


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
    try:
        with noting(actor, "referral", referral_id), transaction() as session:
            return once(
                session,
                idempotency,
                _STANDING,
                lambda: act_within(session, actor, referral_id, event, details, version),
            )
    except NOTED:
        note_refusal(actor, referral_id, event)
        raise


def act_within(
    session: Session, actor: Actor, referral_id: UUID, event: Event, details: Details, version: int | None
) -> Standing:
    """`act` inside the caller's transaction."""
    referral, side = load(session, actor, referral_id)
    rivals = _rivals(session, referral) if event is Event.ACCEPT else []
    row = policy.decide(actor, side, referral, event)
    check_details(row, details, clock.today(actor.country))
    check_outcome(details.outcome, row_of(referral))
    if side is Side.SENDER:
        ensure_unnamed(session, referral, words_of(row, details))
    if event is Event.ACCEPT:
        _ensure_may_follow(session, referral, details.contact)
    made = _VERBS.get(event, _step)(session, Request(actor, side, referral, row, details, version))
    record(session, [*made, *_withdraw(session, rivals)])
    return standing(referral, conflict=made[-1].conflict)


def _ensure_may_follow(session: Session, referral: Referral, contact: str) -> None:
    """Whoever answers names who will follow it, who need have no account: not somebody kept out. Raises KeptOut.

    A wrong guess accepts the referral: nobody looks for a name this way.
    """
    if names_somebody(bars(session, referral.situation_id), contact):
        raise KeptOut(
            fields={"contact": "Cette personne ne peut pas suivre cette situation : choisissez-en une autre."}
        )


def note_refusal(actor: Actor, referral_id: UUID, event: Event) -> None:
    """What somebody who sees the referral tried in vain stays in the journal; the referral itself is untouched."""
    with transaction() as session:
        audit.record(session, actor, "referral.refused", "referral", referral_id, event=event.value)


def _step(session: Session, asked: Request) -> list[Move]:
    return [step(session, asked.actor, asked.referral, asked.row, asked.details, version=asked.version)]


def _rivals(session: Session, referral: Referral) -> Sequence[Referral]:
    """The other receivers who may no longer act once this one accepts.

    The whole batch is locked in one order first: of two who accept at the same time, the second one finds itself
    withdrawn instead of waiting for the first one for ever. It is read again until it grows no more: a redirect that
    went first, while this one waited, has added to it.
    """
    if referral.mode != Mode.FIRST_ACCEPTS:
        return []
    batch = select(Referral).where(Referral.batch_id == referral.batch_id).order_by(Referral.id)
    locking = batch.with_for_update().execution_options(populate_existing=True)
    with unscoped(FIRST, Referral):
        rows, known = session.scalars(locking).all(), 0
        while len(rows) > known:
            known = len(rows)
            rows = session.scalars(locking).all()
    return [row for row in rows if row.id != referral.id and State(row.state) in BEFORE_WORK | {State.DRAFT}]


def _withdraw(session: Session, rivals: Sequence[Referral]) -> list[Move]:
    """In the sender's name and with a reason that says nothing of the one who accepted."""
    moves = []
    with unscoped(FIRST, Referral, ReferralEvent, ContentKey) if rivals else nullcontext():
        for rival in rivals:
            sender = Actor(user_id=None, org_id=rival.sender_org_id, channel=Channel.SYSTEM)
            row = transition(Event.CANCEL, State(rival.state))
            assert row is not None
            moves.append(step(session, sender, rival, row, Details(reason=NO_LONGER_NEEDED)))
    return moves
