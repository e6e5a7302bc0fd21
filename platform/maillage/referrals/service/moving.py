"""The one way in which a referral moves: a conditional update, its event, its audit entry and its notice together."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import CursorResult, inspect, update
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.errors import Conflict, VaultShut
from maillage.kernel.idempotency import IdempotencyKey, earlier_answer, remember
from maillage.kernel.ids import new_id
from maillage.referrals import notices, sealing
from maillage.referrals.codes import Outcome
from maillage.referrals.models import Referral, ReferralEvent
from maillage.referrals.states import Event, State, Transition, fhir_status, target

T = TypeVar("T")
STALE = "L’orientation a changé entre-temps. Rechargez la page pour voir où elle en est."


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a referral stands after a verb. `conflict`: somebody at whoever receives it is kept out of the situation;
    None when it was not compared."""

    id: UUID
    reference: str
    state: State
    version: int
    conflict: bool | None = False


@dataclass(frozen=True, slots=True)
class Move:
    actor: Actor
    event: ReferralEvent
    conflict: bool | None = False


def move(
    session: Session,
    actor: Actor,
    referral: Referral,
    row: Transition,
    *,
    changes: Mapping[str, Any],
    facts: Mapping[str, str],
    words: Mapping[str, str],
    version: int | None = None,
) -> Move:
    """Take `referral` along `row`, if it is still where it was read. Raises Conflict with nothing changed.

    The caller owns the transaction and hands its moves to `record`.
    """
    resume = State(referral.resume_state) if referral.resume_state else None
    to = target(row, State(referral.state), resume)
    event = _event(session, actor, referral, row.event, to, facts, words)
    outcome = changes.get("outcome") or referral.outcome
    status = fhir_status(
        to,
        resume=changes.get("resume_state"),
        outcome=Outcome(outcome) if outcome else None,
        accepted=State.ACCEPTED in (referral.state, resume),
    )
    values = {"state": to, "status": status, "version": event.seq, "updated_at": event.at, **changes}
    _take(session, referral, row, values, version)
    session.add(event)
    outbox.enqueue(session, notices.JOB_STEP, {"event_id": str(event.id)}, dedup_key=f"referral.step:{event.id}")
    if row.event is Event.WITHDRAW_CONSENT:
        outbox.enqueue(session, notices.JOB_WITHDRAWN, {"referral_id": str(referral.id)})
    return Move(actor, event)


def record(session: Session, moves: Iterable[Move]) -> None:
    """Write the audit entries of a verb's moves, in one order of chains for everybody: no two verbs wait crosswise."""
    for made in sorted(moves, key=lambda made: str(made.actor.org_id)):
        event = made.event
        audit.record(
            session,
            made.actor,
            f"referral.{event.event}",
            "referral",
            event.referral_id,
            seq=event.seq,
            from_state=str(event.from_state),
            to_state=str(event.to_state),
        )


def standing(referral: Referral, *, conflict: bool | None = False) -> Standing:
    return Standing(referral.id, referral.reference, State(referral.state), referral.version, conflict)


def is_new(referral: Referral) -> bool:
    """Whether the referral is being born in this transaction."""
    return inspect(referral).transient


def once(session: Session, key: IdempotencyKey | None, shape: TypeAdapter[T], act: Callable[[], T]) -> T:
    """What `act` gives, or gave when the same request came before."""
    earlier = earlier_answer(session, key)
    if earlier is not None:
        return shape.validate_python(earlier["answer"])
    answer = act()
    remember(session, key, {"answer": shape.dump_python(answer, mode="json")})
    return answer


def _event(
    session: Session,
    actor: Actor,
    referral: Referral,
    event: Event,
    to: State,
    facts: Mapping[str, str],
    words: Mapping[str, str],
) -> ReferralEvent:
    told = ReferralEvent(
        id=new_id(),
        referral_id=referral.id,
        seq=referral.version + 1,
        event=event,
        from_state=referral.state,
        to_state=to,
        at=clock.now(),
        actor_user_id=actor.user_id,
        actor_org_id=actor.org_id,
        facts=dict(facts),
    )
    if words:
        told.words_sealed = _sealed(session, actor, referral, told.id, dict(words))
    return told


def _sealed(session: Session, actor: Actor, referral: Referral, event_id: UUID, words: dict[str, str]) -> bytes | None:
    """None for the platform's own fixed words about a referral that whoever acts does not open: another receiver's,
    or one whose sender acts from a browser where the vault is shut. The step says what happened all the same."""
    try:
        unsent = referral.state == State.DRAFT  # its key is made at sending, or now if there is something to seal
        key = sealing.new_referral_key(session, referral) if unsent else sealing.referral_key(session, referral.id)
    except VaultShut:
        if actor.channel is not Channel.SYSTEM:
            raise
        return None
    return sealing.seal_words(key, referral, event_id, words)


def _take(
    session: Session, referral: Referral, row: Transition, values: Mapping[str, Any], version: int | None
) -> None:
    """The conditional update. A referral born in this transaction has no rival and is simply inserted."""
    if is_new(referral):
        for name, value in values.items():
            setattr(referral, name, value)
        session.add(referral)
        session.flush()
        return
    done = session.execute(
        update(Referral)
        .where(
            Referral.id == referral.id,
            Referral.state.in_(row.froms),
            Referral.version == (referral.version if version is None else version),
        )
        .values(**values)
    )
    assert isinstance(done, CursorResult)
    if done.rowcount != 1:
        raise Conflict(STALE)
