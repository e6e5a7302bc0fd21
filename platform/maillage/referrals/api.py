"""The JSON API of the handoff: the same verbs as the pages, bearer tokens only."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from maillage.kernel.db import session
from maillage.kernel.errors import Invalid
from maillage.referrals import queries, schemas, service
from maillage.referrals.codes import Kind, Side
from maillage.referrals.consent.rules import lacking
from maillage.referrals.content import Call, SituationInput
from maillage.referrals.handover.queries import addressees
from maillage.referrals.handover.service import To, hand_over
from maillage.referrals.household import service as household
from maillage.referrals.household.opposed import opposed_persons
from maillage.referrals.outreach import service as outreach
from maillage.referrals.outreach.content import Outreach
from maillage.referrals.policy import ANSWER, INSIDE, READS, SEND
from maillage.referrals.service import Standing
from maillage.referrals.similar.queries import similar
from maillage.web.api import body, idempotency_key
from maillage.web.authz import actor, requires
from maillage.web.csrf import csrf
from maillage.web.openapi import describes

blueprint = Blueprint("referrals_api", __name__, url_prefix="/api/v1")
csrf.exempt(blueprint)

BOXES = {"sent": Side.SENDER, "received": Side.RECEIVER}
TAG = "referrals"


@blueprint.post("/situations")
@describes("Write a situation down", tag=TAG, body=SituationInput, answer=schemas.SituationOut, status=201)
@requires(SEND)
def create_situation() -> ResponseReturnValue:
    kept = service.create_situation(actor(), given=body(SituationInput), idempotency=idempotency_key())
    return _json(schemas.SituationOut, asdict(kept) | {"similar": similar(session(), actor(), kept.id)}), 201


@blueprint.post("/situations/<uuid:situation_id>/bars")
@describes("Keep somebody out of a situation", tag=TAG, body=schemas.BarIn, answer=schemas.BarOut, status=201)
@requires(SEND)
def bar(situation_id: UUID) -> ResponseReturnValue:
    given = body(schemas.BarIn)
    bar_id = service.bar(actor(), situation_id=situation_id, who=given.who, reason=given.reason)
    return _json(schemas.BarOut, {"id": bar_id}), 201


@blueprint.post("/situations/<uuid:situation_id>/opposed")
@describes("Say that somebody is opposed", tag=TAG, body=schemas.OpposedIn, answer=schemas.OpposedOut, status=201)
@requires(SEND)
def oppose(situation_id: UUID) -> ResponseReturnValue:
    given = body(schemas.OpposedIn)
    if given.followed_by is None:
        household.oppose(actor(), situation_id=situation_id, name=given.name)
    else:
        household.keep_apart(
            actor(),
            situation_id=situation_id,
            user_id=given.followed_by,
            reference=given.reference,
            name=given.name,
        )
    situation = queries.load_situation(session(), actor(), situation_id)
    return _json(schemas.OpposedOut, {"opposed": opposed_persons(session(), actor(), situation)}), 201


@blueprint.post("/referrals/<uuid:referral_id>/step-aside")
@describes("Step aside from somebody one knows", tag=TAG, body=schemas.StepAsideIn, answer=schemas.WrittenOut)
@requires(*READS)
def step_aside(referral_id: UUID) -> ResponseReturnValue:
    service.step_aside(actor(), referral_id=referral_id, reason=body(schemas.StepAsideIn).reason)
    return _json(schemas.WrittenOut, {"id": referral_id})


@blueprint.post("/referrals")
@describes("Hand a situation over", tag=TAG, body=schemas.ReferralsIn, answer=schemas.ReferralsOut, status=201)
@requires(SEND)
def create_referrals() -> ResponseReturnValue:
    given = body(schemas.ReferralsIn)
    if given.kind not in HAND_OVER:
        raise Invalid(fields={"kind": "Pour aller vers une personne : /api/v1/outreach."})
    standings = HAND_OVER[given.kind](given)
    warnings = lacking(actor(), given.terms(), given.ground) if given.kind is Kind.REFERRAL else {}
    return _json(schemas.ReferralsOut, {"referrals": standings, "warnings": warnings}), 201


def _advice(given: schemas.ReferralsIn) -> list[Standing]:
    return service.ask_advice(
        actor(),
        situation_id=given.situation_id,
        service_ids=given.service_ids,
        question=given.question,
        urgency=given.urgency,
        deadline=given.deadline,
        idempotency=idempotency_key(),
    )


def _by_phone(given: schemas.ReferralsIn, call: Call) -> list[Standing]:
    return service.note_call(
        actor(),
        situation_id=given.situation_id,
        service_ids=given.service_ids,
        call=call,
        terms=given.terms(),
        ground=given.ground,
        idempotency=idempotency_key(),
    )


def _referrals(given: schemas.ReferralsIn) -> list[Standing]:
    return service.refer(
        actor(),
        situation_id=given.situation_id,
        service_ids=given.service_ids,
        terms=given.terms(),
        draft=given.draft,
        answers=given.answers,
        ground=given.ground,
        idempotency=idempotency_key(),
    )


def _inside(given: schemas.ReferralsIn) -> list[Standing]:
    return [
        hand_over(
            actor(),
            situation_id=given.situation_id,
            to=To(given.to_user_id, given.to_team),
            question=given.question,
            sharing_level=given.sharing_level,
            urgency=given.urgency,
            deadline=given.deadline,
            idempotency=idempotency_key(),
        )
    ]


HAND_OVER: Final[Mapping[Kind, Callable[[schemas.ReferralsIn], list[Standing]]]] = {
    Kind.REFERRAL: lambda given: _by_phone(given, given.call) if given.call else _referrals(given),
    Kind.ADVICE: _advice,
    Kind.INTERNAL: _inside,
}


@blueprint.get("/situations/<uuid:situation_id>/addressees")
@describes("Colleagues and teams who may take a situation on", tag=TAG, answer=schemas.AddresseesOut)
@requires(SEND)
def list_addressees(situation_id: UUID) -> ResponseReturnValue:
    situation = queries.load_situation(session(), actor(), situation_id)
    return _json(schemas.AddresseesOut, addressees(session(), actor(), situation))


@blueprint.post("/outreach")
@describes("Ask that somebody be met", tag=TAG, body=Outreach, answer=schemas.StandingOut, status=201)
@requires(SEND)
def reach_out() -> ResponseReturnValue:
    asked = outreach.reach_out(actor(), given=body(Outreach), idempotency=idempotency_key())
    return _json(schemas.StandingOut, asked), 201


@blueprint.get("/referrals")
@describes("Referrals sent or received", tag=TAG, query=schemas.ListQuery, answer=schemas.LinesOut)
@requires(*READS)
def list_referrals() -> ResponseReturnValue:
    given: dict[str, Any] = request.args.to_dict()
    asked = schemas.ListQuery.model_validate(given | {"state": request.args.getlist("state")})
    page = queries.inbox(
        session(),
        actor(),
        box=BOXES[asked.box],
        states=asked.state,
        service_id=asked.service_id,
        urgency=asked.urgency,
        cursor=asked.cursor,
        limit=asked.limit,
    )
    return _json(schemas.LinesOut, {"referrals": page.rows, "next": page.next})


@blueprint.get("/referrals/<uuid:referral_id>")
@describes("A referral, as this actor may see it now", tag=TAG, query=schemas.RevealQuery, answer=schemas.ReferralOut)
@requires(*READS)
def read_referral(referral_id: UUID) -> ResponseReturnValue:
    view = service.open_referral(actor(), referral_id=referral_id)
    answer = schemas.ReferralOut.model_validate(view)
    if view.may_reveal:
        reason = schemas.RevealQuery.model_validate(request.args.to_dict()).reason
        answer.identity = service.reveal(actor(), referral_id=referral_id, reason=reason)
    return jsonify(answer.model_dump(mode="json"))


@blueprint.post("/referrals/<uuid:referral_id>/events")
@describes("Make an event happen", tag=TAG, body=schemas.EventIn, answer=schemas.StandingOut)
@requires(SEND, ANSWER, INSIDE)
def act(referral_id: UUID) -> ResponseReturnValue:
    given = body(schemas.EventIn)
    standing = service.act(
        actor(),
        referral_id=referral_id,
        event=given.event,
        details=given.details(),
        version=given.version,
        idempotency=idempotency_key(),
    )
    return _json(schemas.StandingOut, standing)


@blueprint.get("/referrals/<uuid:referral_id>/history")
@describes("Every step of a referral", tag=TAG, answer=schemas.HistoryOut)
@requires(*READS)
def history(referral_id: UUID) -> ResponseReturnValue:
    return _json(schemas.HistoryOut, {"events": queries.history(session(), actor(), referral_id)})


@blueprint.get("/referrals/<uuid:referral_id>/messages")
@describes("The thread of a referral", tag=TAG, answer=schemas.MessagesOut)
@requires(*READS)
def messages(referral_id: UUID) -> ResponseReturnValue:
    return _json(schemas.MessagesOut, {"messages": queries.thread(session(), actor(), referral_id)})


@blueprint.post("/referrals/<uuid:referral_id>/messages")
@describes("Write to the other side", tag=TAG, body=schemas.MessageIn, answer=schemas.WrittenOut, status=201)
@requires(SEND, ANSWER, INSIDE)
def write(referral_id: UUID) -> ResponseReturnValue:
    text = body(schemas.MessageIn).text
    message_id = service.write(actor(), referral_id=referral_id, text=text, idempotency=idempotency_key())
    return _json(schemas.WrittenOut, {"id": message_id}), 201


def _json(model: type[BaseModel], value: object) -> Response:
    return jsonify(model.model_validate(value).model_dump(mode="json"))
