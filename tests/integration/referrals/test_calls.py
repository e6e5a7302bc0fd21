"""Referrals made by phone: their answers are noted by who called, until the receiver gives its own."""

import html
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from factories.accounts import bearer, make_organization, sign_in
from factories.directory import make_service
from factories.referrals import FIRST_NAME, LAST_NAME, PHONE, Town, do, make_situation, stored, terms
from factories.statements import StatementCounter
from maillage.directory.models import Service, ServiceSignal
from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.referrals import queries, service
from maillage.referrals.codes import Side, Voice, Way
from maillage.referrals.content import Call, Details
from maillage.referrals.models import ReferralParty
from maillage.referrals.states import Event, State

HANDOFF_AND_ANSWER = 12 + 6
TOLD_TO = "Mme Achour, accueil"
ENDS: dict[str, dict[str, Any]] = {
    "accepted": {"estimate": "sous huit jours"},
    "waitlisted": {"estimate": "six semaines", "review_on": "2999-01-01"},
    "declined": {"reason": "no_capacity"},
    "call_back": {},
}


def said(**given: Any) -> dict[str, Any]:
    return {"called_at": clock.now().isoformat(), "spoken_to": TOLD_TO} | given


def call(town: Town, agreed: str = "accepted", *, to: Service | None = None, **given: Any) -> UUID:
    noted = Call.model_validate(said(agreed=agreed) | ENDS[agreed] | given)
    situation_id = make_situation(town.landlord.actor)
    service_ids = ((to or town.service).id,)
    [kept] = service.note_call(
        town.landlord.actor, situation_id=situation_id, service_ids=service_ids, call=noted, terms=terms()
    )
    return kept.id


def note(town: Town, referral_id: UUID, event: Event, **given: Any) -> State:
    details = Details.model_validate(said(**given))
    return service.act(town.landlord.actor, referral_id=referral_id, event=event, details=details).state


def unknown_here() -> Service:
    """A service of an organisation that nobody answers for on the platform."""
    return make_service(make_organization(kind="association"))


@pytest.mark.parametrize(
    ("agreed", "state", "events"),
    [
        ("accepted", State.ACCEPTED, ["send", "accept"]),
        ("waitlisted", State.WAITLISTED, ["send", "waitlist"]),
        ("declined", State.DECLINED, ["send", "decline"]),
        ("call_back", State.SENT, ["send"]),
    ],
)
def test_how_a_call_ends(town: Town, agreed: str, state: State, events: list[str]) -> None:
    referral_id = call(town, agreed)
    row = stored(referral_id)
    assert (row.state, row.channel, row.voice) == (state, Way.PHONE, Voice.NOTED)
    view = queries.referral_view(session(), town.landlord.actor, referral_id)
    assert [entry.event for entry in view.timeline] == events
    assert all("called_at" in entry.facts and entry.words["spoken_to"] == TOLD_TO for entry in view.timeline)
    assert all(entry.side is Side.SENDER for entry in view.timeline)


def test_it_is_asked_about_until_the_outcome_is_known(town: Town) -> None:
    me, referral_id = town.landlord.actor, call(town)
    again = stored(referral_id).review_on
    assert again == clock.today() + timedelta(days=14) and queries.frame(session(), me).todo == 0
    with clock.at(clock.now() + timedelta(days=15)):
        assert [line.id for line in queries.my_work(session(), me).to_act] == [referral_id]
        assert note(town, referral_id, Event.START, review_on=None) is State.IN_PROGRESS
        assert queries.frame(session(), me).todo == 0
        assert note(town, referral_id, Event.COMPLETE, outcome="covered") is State.COMPLETED
    assert stored(referral_id).outcome == "covered"
    assert queries.frame(session(), me).todo == 0


def test_what_was_said_opens_nothing_until_the_receiver_answers_itself(town: Town) -> None:
    referral_id = call(town)
    receiver = town.association.actor
    view = queries.referral_view(session(), receiver, referral_id)
    assert view.card is not None and view.choices == (Event.TAKE_UP, Event.WITHDRAW_CONSENT)
    assert queries.frame(session(), receiver).todo == 0
    with pytest.raises(Forbidden):
        service.reveal(receiver, referral_id=referral_id)
    with pytest.raises(Conflict):
        do(town, referral_id, Event.START)
    assert do(town, referral_id, Event.TAKE_UP).state is State.SEEN
    row = stored(referral_id)
    assert (row.voice, row.channel, row.answered_at, row.contact_on, row.review_on) == (
        "own",
        "phone",
        None,
        None,
        None,
    )
    assert row.expires_on is not None and queries.frame(session(), receiver).todo == 1
    with pytest.raises(Forbidden):
        note(town, referral_id, Event.ACCEPT, contact="Samira", estimate="demain")
    do(town, referral_id, Event.ACCEPT)
    assert service.reveal(receiver, referral_id=referral_id).person.last_name == LAST_NAME


def test_a_receiver_that_answers_by_itself_is_no_longer_spoken_for(town: Town) -> None:
    referral_id = call(town, "call_back")
    service.open_referral(town.association.actor, referral_id=referral_id)
    assert (stored(referral_id).state, stored(referral_id).voice) == (State.SEEN, Voice.NOTED)
    do(town, referral_id, Event.ACCEPT)
    assert stored(referral_id).voice == Voice.OWN
    with pytest.raises(Forbidden):
        note(town, referral_id, Event.DECLINE, reason="no_capacity")


def test_a_refusal_noted_in_error_can_be_taken_back_by_the_receiver(town: Town) -> None:
    referral_id = call(town, "declined")
    do(town, referral_id, Event.TAKE_UP)
    row = stored(referral_id)
    assert (row.state, row.closed_at, row.decline_reason) == (State.SEEN, None, None)


def test_a_partner_whom_nobody_reaches_here_has_no_part(town: Town) -> None:
    referral_id = call(town, to=unknown_here())
    assert stored(referral_id).voice == Voice.ALONE
    parties = select(func.count()).where(ReferralParty.referral_id == referral_id)
    assert session().scalar(parties) == 1
    assert note(town, referral_id, Event.COMPLETE, outcome="contact_restored") is State.COMPLETED
    with pytest.raises(NotFound):
        queries.referral_view(session(), town.association.actor, referral_id)
    with pytest.raises(Invalid):
        service.refer(
            town.landlord.actor,
            situation_id=make_situation(town.landlord.actor),
            service_ids=[unknown_here().id],
            terms=terms(),
        )


def test_calls_teach_nothing_of_how_a_service_answers_here(town: Town) -> None:
    call(town)
    do(town, call(town, "call_back"), Event.ACCEPT)
    assert session().scalar(select(func.count()).select_from(ServiceSignal)) == 0


@pytest.mark.parametrize(
    ("agreed", "given", "field"),
    [
        ("accepted", {"spoken_to": ""}, "spoken_to"),
        ("accepted", {"called_at": "2999-01-01T10:00:00+00:00"}, "called_at"),
        ("accepted", {"estimate": ""}, "date"),
        ("accepted", {"note": "Son numéro : 2 69 05 49 588 157 80"}, "note"),
        ("waitlisted", {"review_on": None}, "review_on"),
        ("declined", {"reason": "autre chose"}, "reason"),
        ("call_back", {"reason": "no_capacity"}, "reason"),
        ("call_back", {"review_on": "2020-01-01"}, "review_on"),
    ],
)
def test_what_a_call_must_say(town: Town, agreed: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        call(town, agreed, **given)
    assert field in refused.value.fields


def test_a_call_needs_what_any_handoff_needs(town: Town) -> None:
    noted = Call.model_validate(said(agreed="call_back"))
    for wrong, field in (
        ({"terms": terms(consent={})}, "consent.given_on"),
        ({"terms": terms(basis="anonymous")}, "basis"),
        ({"service_ids": (town.service.id, town.other_service.id)}, "service_ids"),
        ({"service_ids": ()}, "service_ids"),
    ):
        given: dict[str, Any] = {"service_ids": (town.service.id,), "terms": terms()} | wrong
        with pytest.raises(Invalid) as refused:
            situation_id = make_situation(town.landlord.actor)
            service.note_call(town.landlord.actor, situation_id=situation_id, call=noted, **given)
        assert field in refused.value.fields


def test_an_ordinary_referral_takes_no_call(town: Town) -> None:
    kept = service.refer(
        town.landlord.actor,
        situation_id=make_situation(town.landlord.actor),
        service_ids=[town.service.id],
        terms=terms(),
    )[0]
    with pytest.raises(Forbidden):
        note(town, kept.id, Event.ACCEPT, contact="Samira", estimate="demain")
    with pytest.raises(Conflict):
        do(town, kept.id, Event.TAKE_UP)
    with pytest.raises(Invalid):
        do(town, kept.id, Event.ACCEPT, called_at=clock.now())


def test_through_the_api(town: Town, client: FlaskClient, count_statements: StatementCounter) -> None:
    headers = bearer(town.landlord.user, town.landlord.org)
    body = terms().model_dump(mode="json") | {
        "situation_id": str(make_situation(town.landlord.actor)),
        "service_ids": [str(town.service.id)],
        "call": said(agreed="accepted", estimate="demain"),
    }
    with count_statements as counted:
        answer = client.post("/api/v1/referrals", json=body, headers=headers)
    assert answer.status_code == 201 and counted.commits == 1
    assert len(counted.statements) <= HANDOFF_AND_ANSWER, counted.statements
    [kept] = answer.json["referrals"]
    assert kept["state"] == "accepted"
    path = f"/api/v1/referrals/{kept['id']}"
    seen = client.get(path, headers=bearer(town.association.user, town.association.org))
    assert (seen.json["channel"], seen.json["voice"], seen.json["identity"]) == ("phone", "noted", None)
    assert not [secret for secret in (FIRST_NAME, LAST_NAME, PHONE) if secret in seen.text]
    bare = client.post(f"{path}/events", json={"event": "complete", "outcome": "covered"}, headers=headers)
    assert bare.status_code == 422 and "called_at" in bare.text
    done = client.post(f"{path}/events", json=said(event="complete", outcome="covered"), headers=headers)
    assert done.status_code == 200 and done.json["state"] == "completed"


def test_from_the_pages(town: Town, client: FlaskClient) -> None:
    away, situation_id = unknown_here(), make_situation(town.landlord.actor)
    sender = sign_in(client, town.landlord.user)
    path = f"/orienter/{situation_id}/appel"
    assert path in sender.get(f"/situations/{situation_id}").text
    assert LAST_NAME not in sender.get(path).text
    today = clock.today().isoformat()
    typed = {
        "service_id": str(away.id), "called_at": f"{today}T00:01", "spoken_to": TOLD_TO, "agreed": "accepted",
        "estimate": "demain", "sharing_level": "minimal", "basis": "consent", "informed_on": today,
        "given_on": today, "language": "fr", "version": "1",
    }  # fmt: skip
    refused = sender.post(path, data=typed | {"spoken_to": ""})
    assert refused.status_code == 422 and "à qui vous avez parlé" in refused.text
    kept = sender.post(path, data=typed)
    again = sender.post(path, data=typed)
    assert kept.status_code == 303 and kept.location == again.location
    page = html.unescape(sender.get(kept.location).text)
    assert "Faite par téléphone" in page and "après un appel" in page and TOLD_TO in page
    assert "Noter le bilan" in page and f"rappeler {away.name}" not in page
    form = html.unescape(sender.get(f"{kept.location}/clore").text)
    assert "Comment cela s’est-il terminé ?" in form and "ne reçoit rien par Maillage" in form
    data = {"called_at": f"{today}T00:02", "spoken_to": TOLD_TO, "outcome": "covered", "version": "3"}
    assert sender.post(f"{kept.location}/clore", data=data).status_code == 303
    assert "Par téléphone" in sender.get("/mes-orientations").text


def test_the_receiver_reads_what_was_noted_and_takes_it_up(town: Town, client: FlaskClient) -> None:
    referral_id = call(town)
    receiver = sign_in(client, town.association.user)
    page = html.unescape(receiver.get(f"/orientations/{referral_id}").text)
    assert "a noté, après un appel : vous acceptez" in page and "Répondre nous-mêmes" in page
    assert "Découvrir l’identité" not in page
    path = f"/orientations/{referral_id}/reprendre-les-reponses"
    assert "mis de côté" in html.unescape(receiver.get(path).text)
    assert receiver.post(path, data={"version": str(stored(referral_id).version)}).status_code == 303
    assert "Accepter" in receiver.get(f"/orientations/{referral_id}").text
