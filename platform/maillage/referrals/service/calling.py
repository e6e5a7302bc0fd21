"""Keeping a referral that was made by phone: what was agreed, noted by who called, in one commit."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from maillage.directory.queries import ReferableService
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.referrals import policy
from maillage.referrals.checks import check_details, check_terms, facts_of, words_of
from maillage.referrals.codes import Agreed, Mode, Voice, Way
from maillage.referrals.consent.content import Ground
from maillage.referrals.consent.rules import check_ground
from maillage.referrals.content import Call, Details, Terms
from maillage.referrals.service.comparing import compare_noted
from maillage.referrals.service.effects import ASK_AGAIN
from maillage.referrals.service.moving import Standing, once, record, standing
from maillage.referrals.service.sending import NO_GROUND, depart, open_parcel, receiving, rows
from maillage.referrals.service.stepping import step
from maillage.referrals.states import Event, State, Transition, heard, transition

ANSWERS: Final = {
    Agreed.ACCEPTED: Event.ACCEPT,
    Agreed.WAITLISTED: Event.WAITLIST,
    Agreed.DECLINED: Event.DECLINE,
}
ONE_BY_ONE = "Un appel se note pour un seul service à la fois."
_STANDINGS = TypeAdapter(list[Standing])


def note_call(
    actor: Actor,
    *,
    situation_id: UUID,
    service_ids: tuple[UUID, ...],
    call: Call,
    terms: Terms,
    ground: Ground = NO_GROUND,
    idempotency: IdempotencyKey | None = None,
) -> list[Standing]:
    """Keep one referral made by phone, to a service that need not be reachable here. Raises Invalid.

    Its sender notes the answers until the receiver gives its own. What was said opens no identity on a page.
    """
    policy.ensure_sends(actor)
    if len(service_ids) > 1:
        raise Invalid(fields={"service_ids": ONE_BY_ONE})
    with transaction() as session:
        return once(
            session,
            idempotency,
            _STANDINGS,
            lambda: [_note(session, actor, situation_id, service_ids, call, terms, ground)],
        )


def _note(
    session: Session,
    actor: Actor,
    situation_id: UUID,
    service_ids: tuple[UUID, ...],
    call: Call,
    terms: Terms,
    ground: Ground,
) -> Standing:
    today = clock.today(actor.country)
    answer, details = _answer(call, today)
    terms = terms.model_copy(update={"mode": Mode.EACH_MAY_ACT})
    check_terms(terms, today)
    check_ground(actor, terms, ground)
    parcel = open_parcel(session, actor, situation_id)
    services = receiving(session, actor, service_ids, barred=parcel.barred, called=True)
    compared = compare_noted(parcel.bars, services, looks=parcel.looks)
    [referral] = rows(actor, parcel.situation, services, terms, **_made(services[0], call, today))
    said = Details(called_at=call.called_at, spoken_to=call.spoken_to)
    moves = depart(
        session,
        actor,
        parcel,
        [referral],
        services,
        words={services[0].id: words_of(answer, said)},
        facts=facts_of(answer, said),
        ground=ground,
    )
    if answer.event is not Event.SEND:
        moves.append(step(session, actor, referral, answer, details))
    record(session, moves)
    return standing(referral, conflict=compared.conflict(referral.receiver_org_id))


def _answer(call: Call, today: date) -> tuple[Transition, Details]:
    """The row by which the call ended, checked, with what goes with it; `send` when no answer came yet."""
    event = ANSWERS.get(call.agreed, Event.SEND)
    row = transition(event, State.SENT if event is not Event.SEND else State.DRAFT)
    assert row is not None
    details = call.details()
    if event is Event.ACCEPT and not details.contact:
        details = details.model_copy(update={"contact": call.spoken_to})
    check_details(heard(row), details, today)
    return heard(row), details


def _made(service: ReferableService, call: Call, today: date) -> dict[str, Any]:
    """By phone, with the day to call again when nothing is agreed yet."""
    voice = Voice.NOTED if service.reachable else Voice.ALONE
    again = (call.review_on or today + ASK_AGAIN) if call.agreed is Agreed.CALL_BACK else None
    return {"channel": Way.PHONE, "voice": voice, "review_on": again}
