"""Going to meet somebody who asked for nothing: as little as it takes, until they agree or all of it goes."""

import html
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from factories.accounts import bearer, sign_in
from factories.directory import make_service
from factories.referrals import Town, do, make_situation, send, situation_input, stored, terms
from maillage.kernel import clock, jobs
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.notifications.models import Notification
from maillage.referrals import queries, service
from maillage.referrals.content import Call
from maillage.referrals.household import service as household
from maillage.referrals.household.content import Portrait
from maillage.referrals.inside import service as inside
from maillage.referrals.models import Situation
from maillage.referrals.outreach.content import Outreach
from maillage.referrals.outreach.service import end_unagreed, reach_out
from maillage.referrals.rights import service as rights
from maillage.referrals.rights.codes import OUTREACH_DAYS, KeepReason
from maillage.referrals.states import Event, State

FIND, WORDS = "12 allée des Tilleuls, 3e gauche", "Dire que vous passez voir tout l’immeuble."
GROUND = {"necessary": "Sans nouvelles depuis mai ; une visite neutre ne l’expose à rien."}


def typed(town: Town, **given: Any) -> dict[str, Any]:
    return {
        "service_id": str(town.service.id), "commune": "Béthune", "find": FIND, "words": WORDS, "why": "silent",
        "basis": "interest", "ground": GROUND,
    } | given  # fmt: skip


def ask(town: Town, **given: Any) -> UUID:
    return reach_out(town.landlord.actor, given=Outreach.model_validate(typed(town, **given))).id


def situation_of(referral_id: UUID) -> Situation:
    found = session().get(Situation, stored(referral_id).situation_id, populate_existing=True)
    assert found is not None
    return found


def met(town: Town, outcome: str, **given: Any) -> UUID:
    referral_id = ask(town, **given)
    do(town, referral_id, Event.ACCEPT)
    do(town, referral_id, Event.COMPLETE, outcome=outcome)
    return referral_id


def test_the_receiver_learns_where_and_nothing_of_why(town: Town) -> None:
    referral_id, receiver = ask(town), town.association.actor
    card = queries.referral_view(session(), receiver, referral_id).card
    assert card is not None and (card.themes, card.route, card.household) == ((), None, "unknown")
    assert card.asked == "Elle ne répond plus à nos courriers ni à nos passages"
    with pytest.raises(Forbidden):
        service.reveal(receiver, referral_id=referral_id)
    do(town, referral_id, Event.ACCEPT)
    identity = service.reveal(receiver, referral_id=referral_id)
    said = {name: value for name, value in identity.person.model_dump().items() if value}
    assert said == {"address": FIND} and identity.need == "" and identity.safe_contact.words == WORDS


@pytest.mark.parametrize("field", ["find", "first_name", "words", "hours"])
@pytest.mark.parametrize(
    "text", ["victime de violences", "Loyers impayés", "suivie à l’hôpital", "2 69 05 49 588 157 80"]
)
def test_words_that_tell_what_somebody_lives_through_are_refused(town: Town, field: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(town, **{field: text})
    assert field in refused.value.fields
    assert session().scalar(select(func.count()).select_from(Situation)) == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"basis": "consent"}, "basis"),
        ({"basis": "anonymous"}, "basis"),
        ({"ground": {}}, "necessary"),
        ({"basis": "public_task"}, "legal_text"),
        ({"commune": "Nulle-Part"}, "commune"),
        ({"service_id": str(UUID(int=9))}, "service_id"),
    ],
)
def test_what_it_rests_on_is_said_each_time(town: Town, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(town, **given)
    assert field in refused.value.fields


def test_a_service_whose_name_tells_too_much_is_not_sent(town: Town) -> None:
    telling = make_service(town.other_association.org, themes=["violence-against-women"])
    with pytest.raises(Invalid) as refused:
        ask(town, service_id=str(telling.id))
    assert "service_id" in refused.value.fields


@pytest.mark.parametrize("basis", ["interest", "public_task"])
def test_no_ordinary_handoff_rests_on_less_than_its_own_grounds(town: Town, basis: str) -> None:
    with pytest.raises(Invalid) as refused:
        send(town, basis=basis)
    assert "basis" in refused.value.fields


def test_nothing_more_is_written_or_sent_before_the_person_agrees(town: Town) -> None:
    me, referral_id = town.landlord.actor, ask(town)
    do(town, referral_id, Event.ACCEPT)
    situation_id = situation_of(referral_id).id
    call = Call.model_validate({"called_at": clock.now(), "spoken_to": "Accueil", "agreed": "call_back"})
    common: dict[str, Any] = {"situation_id": situation_id}
    for attempt in (
        lambda: service.update_situation(me, given=situation_input(), **common),
        lambda: service.refer(me, service_ids=[town.other_service.id], terms=terms(), **common),
        lambda: service.refer(me, service_ids=[town.other_service.id], terms=terms(), draft=True, **common),
        lambda: service.ask_advice(me, service_ids=[town.other_service.id], question="Que faire ?", **common),
        lambda: service.note_call(me, service_ids=(town.other_service.id,), call=call, terms=terms(), **common),
        lambda: household.describe(me, portrait=Portrait(), **common),
        lambda: household.oppose(me, name="Raoul Vandermersch", **common),
        lambda: rights.keep(me, reason=KeepReason.STILL_FOLLOWED, **common),
    ):
        with pytest.raises(Conflict):
            attempt()
    for side in (town.landlord.actor, town.association.actor):
        with pytest.raises((Conflict, Forbidden)):
            service.write(side, referral_id=referral_id, text="Elle semble triste.")
    with pytest.raises(Conflict):
        inside.note(town.association.actor, referral_id=referral_id, text="Elle semble triste.")
    with pytest.raises(Invalid):
        do(town, referral_id, Event.COMPLETE, outcome="agreed", note="Elle semble triste.")
    assert situation_id not in {draft.id for draft in queries.drafts(session(), me)}


@pytest.mark.parametrize("outcome", ["covered", "partly", "no_longer_wanted"])
def test_only_meeting_ends_a_meeting(town: Town, outcome: str) -> None:
    with pytest.raises(Invalid):
        met(town, outcome)
    [ordinary] = send(town)
    do(town, ordinary.id, Event.ACCEPT)
    with pytest.raises(Invalid):
        do(town, ordinary.id, Event.COMPLETE, outcome="agreed")


def test_who_agrees_goes_on_as_anybody(town: Town) -> None:
    referral_id = met(town, "agreed")
    situation = situation_of(referral_id)
    assert situation.outreach_until is None
    with pytest.raises(Forbidden):
        service.reveal(town.association.actor, referral_id=referral_id)
    me = town.landlord.actor
    assert situation.id in {draft.id for draft in queries.drafts(session(), me)}
    kept = service.update_situation(me, situation_id=situation.id, given=situation_input())
    [sent] = service.refer(me, situation_id=kept.id, service_ids=[town.service.id], terms=terms())
    assert sent.state is State.SENT


@pytest.mark.parametrize("how", ["outcome", "sender", "receiver"])
def test_who_does_not_want_it_leaves_a_count_and_nothing_else(town: Town, how: str) -> None:
    if how == "outcome":
        referral_id = met(town, "refused")
    else:
        referral_id = ask(town)
        actor = (town.landlord if how == "sender" else town.association).actor
        service.act(actor, referral_id=referral_id, event=Event.WITHDRAW_CONSENT)
    row, situation = stored(referral_id), situation_of(referral_id)
    assert (row.kind, row.state) == ("outreach", State.COMPLETED if how == "outcome" else State.CANCELLED)
    assert (row.card_sealed, row.snapshot_sealed, situation.sealed) == (None, None, b"")
    gone = select(func.count()).where(ContentKey.subject_id.in_([referral_id, situation.id]))
    assert session().scalar(gone) == 0
    for side in (town.landlord.actor, town.association.actor):
        with pytest.raises(NotFound):
            queries.referral_view(session(), side, referral_id)
    jobs.drain()
    told = session().scalars(select(Notification)).all()
    assert [(it.email, it.kind) for it in told] == [(town.landlord.user.email, "referral.forgotten")]


@pytest.mark.parametrize("outcome", [None, "contact_restored", "unreachable"])
def test_without_agreement_all_of_it_goes_after_sixty_days(town: Town, outcome: str | None) -> None:
    referral_id = met(town, outcome) if outcome else ask(town)
    kept = situation_of(referral_id).id
    last = clock.now() + timedelta(days=OUTREACH_DAYS)
    with clock.at(last):
        assert end_unagreed(last) == 0
    after = last + timedelta(days=1)
    with clock.at(after):
        assert end_unagreed(after) == 1 and end_unagreed(after) == 0
    row = stored(referral_id)
    assert row.erased_at is not None and row.outcome == outcome
    with pytest.raises(NotFound):
        queries.situation_view(session(), town.landlord.actor, kept)


def test_what_was_agreed_to_stays(town: Town) -> None:
    kept, ordinary = situation_of(met(town, "agreed")).id, make_situation(town.landlord.actor)
    later = clock.now() + timedelta(days=OUTREACH_DAYS + 30)
    with clock.at(later):
        assert end_unagreed(later) == 0
    assert {kept, ordinary} <= {draft.id for draft in queries.drafts(session(), town.landlord.actor)}


def test_through_the_api(town: Town, client: FlaskClient) -> None:
    headers = bearer(town.landlord.user, town.landlord.org)
    refused = client.post("/api/v1/outreach", json=typed(town, need="Dépression"), headers=headers)
    assert refused.status_code == 422
    other = terms().model_dump(mode="json") | {"situation_id": str(UUID(int=1)), "service_ids": [], "kind": "outreach"}
    assert client.post("/api/v1/referrals", json=other, headers=headers).status_code == 422
    asked = client.post("/api/v1/outreach", json=typed(town), headers=headers)
    assert asked.status_code == 201 and asked.json["state"] == "sent"
    receiver = bearer(town.association.user, town.association.org)
    path = f"/api/v1/referrals/{asked.json['id']}"
    seen = client.get(path, headers=receiver)
    assert seen.json["kind"] == "outreach" and FIND not in seen.text
    for event in (
        {"event": "accept", "contact": "Leïla", "estimate": "demain"},
        {"event": "complete", "outcome": "refused"},
    ):
        assert client.post(f"{path}/events", json=event, headers=receiver).status_code == 200
    unknown = client.get(f"/api/v1/referrals/{UUID(int=1)}", headers=receiver)
    gone = client.get(path, headers=receiver)
    assert gone.status_code == unknown.status_code == 404


def test_from_the_pages(town: Town, client: FlaskClient) -> None:
    sender = sign_in(client, town.landlord.user)
    assert "/aller-vers" in sender.get("/orienter?new=1").text
    data = {key: value for key, value in typed(town).items() if key != "ground"} | GROUND | {"urgency": "normal"}
    refused = sender.post("/aller-vers", data=data | {"find": "chez son conjoint"})
    assert refused.status_code == 422 and "Restez neutre" in refused.text and "chez son conjoint" in refused.text
    asked = sender.post("/aller-vers", data=data)
    assert asked.status_code == 303 and asked.location == sender.post("/aller-vers", data=data).location
    referral_id = UUID(asked.location.rsplit("/", 1)[1])
    session().rollback()  # what the requests wrote is younger than what was read above
    situation_id = situation_of(referral_id).id
    assert "tout s’efface" in html.unescape(sender.get(f"/situations/{situation_id}").text)
    assert sender.get(f"/orienter/{situation_id}/besoin").status_code == 409
    receiver = sign_in(client, town.association.user)
    page = html.unescape(receiver.get(asked.location).text)
    assert "une personne qui n’a rien demandé" in page and "Aller vers" in page and FIND not in page
    answer = {"version": "3", "contact": "Leïla", "estimate": "demain"}
    assert receiver.post(f"{asked.location}/accepter", data=answer).status_code == 303
    form = html.unescape(receiver.get(f"{asked.location}/clore").text)
    assert (
        "d’accord pour une orientation" in form
        and "Besoin couvert" not in form
        and "note" not in form.split("<form")[-1]
    )
    agreed = receiver.post(f"{asked.location}/clore", data={"version": "4", "outcome": "agreed"})
    assert agreed.location == asked.location
    again = html.unescape(sign_in(client, town.landlord.user).get(asked.location).text)
    assert "Préparer l’orientation avec elle" in again
    assert sign_in(client, town.landlord.user).get(f"/orienter/{situation_id}/besoin").status_code == 200


def test_a_refusal_noted_on_the_page_leads_away_from_it(town: Town, client: FlaskClient) -> None:
    referral_id = ask(town)
    receiver = sign_in(client, town.association.user)
    path = f"/orientations/{referral_id}/retirer-l-accord"
    assert "Tout effacer maintenant" in receiver.get(path).text
    assert receiver.post(path, data={"version": "2"}).location.endswith("/a-traiter")
    assert receiver.get(f"/orientations/{referral_id}").status_code == 404


def test_somebody_else_is_asked_without_typing_it_again(town: Town, client: FlaskClient) -> None:
    """What is typed the second time replaces the first; the last day to agree is still that of the first time."""
    sender, lost = sign_in(client, town.landlord.user), ask(town)
    last, way = situation_of(lost).outreach_until, f"/aller-vers?after={lost}"
    assert sender.get(way).status_code == 409
    do(town, lost, Event.DECLINE, reason="no_capacity")
    page = html.unescape(sender.get(f"/orientations/{lost}").text)
    assert way in page and "n’ira pas" in page
    form = html.unescape(sender.get(way).text)
    assert FIND in form and WORDS in form and GROUND["necessary"] not in form
    data = {key: value for key, value in typed(town).items() if key != "ground"} | GROUND | {"urgency": "normal"}
    data |= {"after": str(lost), "service_id": str(town.other_service.id), "find": "Le marché, le mardi"}
    with clock.at(clock.now() + timedelta(days=3)):
        asked = sign_in(client, town.landlord.user).post("/aller-vers", data=data)
    session().rollback()
    second = UUID(asked.location.rsplit("/", 1)[1])
    assert situation_of(second).id == situation_of(lost).id and situation_of(second).outreach_until == last
    view = queries.situation_view(session(), town.landlord.actor, situation_of(second).id)
    assert view.content.person.address == "Le marché, le mardi"
    assert sign_in(client, town.landlord.user).get(way).status_code == 409
    assert sign_in(client, town.association.user).get(way).status_code == 404
