"""The rights of a person, exercised by the organisation that wrote about them. Each answer leaves a receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, lifecycle, outbox, retention
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, VaultShut
from maillage.kernel.ids import new_id
from maillage.kernel.retention import months_after
from maillage.kernel.scope import wide_open
from maillage.referrals import policy, sealing
from maillage.referrals.codes import SharingLevel
from maillage.referrals.content import Sealed, cut
from maillage.referrals.handover.service import told
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral, Situation
from maillage.referrals.queries import load_situation, terms_of
from maillage.referrals.rights import keeping, notices
from maillage.referrals.rights.codes import (
    ANSWER_MONTHS,
    BINDING,
    EXTENSION_MONTHS,
    KEEP_REASONS,
    LONGEST,
    RIGHTS,
    KeepReason,
    Right,
)
from maillage.referrals.rights.erasing import erase_in
from maillage.referrals.rights.models import SubjectRequest
from maillage.referrals.service.sending import card_of
from maillage.referrals.states import TALKING

EARLIEST = timedelta(days=365)
UNSAID = "Rien n’a été transmis à un partenaire : il suffit de modifier la situation."


@dataclass(frozen=True, slots=True)
class Copy:
    """What a person receives, and the request that it answers."""

    request_id: UUID
    reference: str
    content: dict[str, Any]


def note_request(actor: Actor, *, situation_id: UUID, right: str, received_on: date | None) -> UUID:
    """Write down that a person asked, so that the answer comes in time. Raises Invalid."""
    today = clock.today(actor.country)
    received_on = received_on or today
    if right not in RIGHTS:
        raise Invalid(fields={"right": "Choisissez ce que la personne demande."})
    if not today - EARLIEST <= received_on <= today:
        raise Invalid(fields={"received_on": "Indiquez le jour de la demande : aujourd’hui, ou avant."})
    with transaction() as session:
        situation = _load(session, actor, situation_id)
        request = _new(session, actor, situation, Right(right), received_on)
        audit.record(session, actor, "rights.note", "situation", situation.id, right=right)
        return request.id


def give_copy(actor: Actor, *, situation_id: UUID) -> Copy:
    """Everything that is held of a situation, opened, to be given to the person.

    Raises NotFound, Forbidden, and VaultShut where a part of it is in a vault that is not open: a copy is whole.
    """
    with transaction() as session:
        situation = _load(session, actor, situation_id)
        content = lifecycle.export(session, sealing.SITUATION, situation.id)
        if any(entry["words"] is None for entry in content["file"]["entries"]):
            raise VaultShut()
        request_id = _answer(session, actor, situation, Right.ACCESS, {})
        return Copy(request_id, situation.reference, content)


def rectify(actor: Actor, *, situation_id: UUID) -> UUID:
    """Send the situation as it reads now to every receiver that still holds a copy. Raises Conflict when none does."""
    with transaction() as session:
        situation = _load(session, actor, situation_id)
        content = sealing.open_content(sealing.situation_key(session, situation.id), situation)
        with wide_open(lifecycle.EVERYWHERE):
            reached = _seal_again(session, situation, content)
        if not reached:
            raise Conflict(UNSAID)
        told = sorted({str(it.receiver_org_id) for it in reached if it.reaches})
        return _answer(session, actor, situation, Right.RECTIFICATION, {"told": told})


def erase(actor: Actor, *, situation_id: UUID) -> UUID:
    """Erase a situation and every copy of it, for ever. Raises Conflict while the law has it kept."""
    with transaction() as session:
        situation = _load(session, actor, situation_id)
        kept = retention.mark(session, sealing.SITUATION, situation.id)
        if kept.reason in BINDING and kept.kept_until is not None and kept.kept_until >= clock.today(actor.country):
            raise Conflict(f"{KEEP_REASONS[kept.reason]} : elle ne peut pas être effacée avant la fin.")
        told = erase_in(session, actor, situation, cause="request")
        return _answer(session, actor, situation, Right.ERASURE, {"told": [str(org_id) for org_id in told]})


def keep(actor: Actor, *, situation_id: UUID, reason: str) -> date:
    """Keep a situation for another year, for a reason, as far as the longest term allows. Raises Invalid, Conflict."""
    if reason not in KEEP_REASONS:
        raise Invalid(fields={"reason": "Dites pourquoi elle doit être gardée."})
    with transaction() as session:
        situation = _load(session, actor, situation_id)
        policy.ensure_agreed(situation)
        last, _ = keeping.last_contact(session, situation)
        today = clock.today(actor.country)
        until = min(months_after(today, EXTENSION_MONTHS), keeping.latest(last))
        if until <= today:
            raise Conflict(LONGEST.because)
        mark = retention.mark(session, sealing.SITUATION, situation.id)
        mark.kept_until, mark.reason, mark.decided_by = until, KeepReason(reason), actor.user_id
        audit.record(
            session, actor, "situation.keep", "situation", situation.id, reason=KEEP_REASONS[reason], until=str(until)
        )
        return until


def _load(session: Session, actor: Actor, situation_id: UUID) -> Situation:
    if not actor.can(policy.SEND):
        raise Forbidden()
    return load_situation(session, actor, situation_id, lock=True)


def _new(session: Session, actor: Actor, situation: Situation, right: Right, received_on: date) -> SubjectRequest:
    assert actor.user_id is not None
    request = SubjectRequest(
        id=new_id(),
        org_id=situation.org_id,
        situation_id=situation.id,
        reference=situation.reference,
        kind=right,
        received_on=received_on,
        due_on=months_after(received_on, ANSWER_MONTHS),
        noted_by=actor.user_id,
        facts={},
    )
    session.add(request)
    return request


def _answer(session: Session, actor: Actor, situation: Situation, right: Right, facts: Mapping[str, Any]) -> UUID:
    """Close the oldest request that asked for this, or note one that was made and answered today."""
    waiting = select(SubjectRequest).where(
        SubjectRequest.situation_id == situation.id,
        SubjectRequest.kind == right,
        SubjectRequest.answered_at.is_(None),
    )
    request = session.scalar(waiting.order_by(SubjectRequest.received_on).limit(1))
    request = request or _new(session, actor, situation, right, clock.today(actor.country))
    request.answered_at, request.answered_by, request.facts = clock.now(), actor.user_id, dict(facts)
    audit.record(session, actor, f"rights.{right}", "situation", situation.id, request=str(request.id))
    return request.id


def _seal_again(session: Session, situation: Situation, content: Sealed) -> list[Referral]:
    """A new card and a new identity in every referral that is still read, those passed on included, each cut to the
    level at which it was shared."""
    query = select(Referral).where(Referral.situation_id == situation.id, Referral.state.in_(TALKING))
    referrals = session.scalars(query.order_by(Referral.id).with_for_update()).all()
    keys = sealing.referral_keys(session, [it.id for it in referrals])
    reached = [it for it in referrals if it.id in keys and _is_read(it)]
    for referral in reached:
        card, level = card_of(situation, content, terms_of(referral)), SharingLevel(referral.sharing_level)
        if row_of(referral).inside:
            before = sealing.open_card(keys[referral.id], referral)
            card = told(card, before.asked if before else "", level)
        referral.card_sealed = sealing.seal_card(keys[referral.id], referral, card)
        referral.snapshot_sealed = sealing.seal_identity(keys[referral.id], referral, cut(content, level))
        referral.rectified_at = clock.now()
        if referral.reaches:
            _announce(session, referral, referral.rectified_at)
    return reached


def _announce(session: Session, referral: Referral, at: datetime) -> None:
    outbox.enqueue(
        session,
        notices.JOB_RECTIFIED,
        {"referral_id": str(referral.id)},
        dedup_key=f"{notices.JOB_RECTIFIED}:{referral.id}:{at.isoformat()}",
    )


def _is_read(referral: Referral) -> bool:
    """Whether somebody there may still open it; what was wiped stays wiped."""
    ends = referral.access_ends_at
    return referral.snapshot_sealed is not None and (ends is None or ends > clock.now())
