"""Before a situation leaves: is somebody at the receiver kept out of it? Said by page and API, never who, and not often
enough to learn who works where."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import bearer, make_user
from factories.directory import make_service
from factories.links import make_unknown, opened, sent_by_link
from factories.pages import Visitor, readable
from factories.referrals import Town, consent, do, make_referral, make_situation, send, stored, terms
from maillage.kernel import audit, clock
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Invalid
from maillage.referrals import service
from maillage.referrals.content import Details
from maillage.referrals.household import service as household
from maillage.referrals.models import Referral
from maillage.referrals.service.comparing import COMPARED, LOOKS_PER_HOUR
from maillage.referrals.states import Event, State

pytestmark = pytest.mark.security

HER = "Blandine Rivière"


def journalled(action: str) -> int:
    session().rollback()
    return len(session().scalars(select(AuditEntry.id).where(AuditEntry.action == action)).all())


def look_often(town: Town) -> None:
    """Use the hour up."""
    with transaction() as tx:
        for _ in range(LOOKS_PER_HOUR):
            audit.record(tx, town.landlord.actor, COMPARED, "situation", town.service.id)


def opposed_situation(town: Town, who: str = HER) -> UUID:
    situation_id = make_situation(town.landlord.actor)
    if who == HER:
        household.oppose(town.landlord.actor, situation_id=situation_id, name=HER)
    elif who == "the only one who answers":
        service.bar(town.landlord.actor, situation_id=situation_id, who=town.association.user.id, reason="Frère.")
    return situation_id


def post(client: FlaskClient, town: Town, situation_id: UUID, **given: Any) -> tuple[int, Any]:
    body = terms().model_dump(mode="json") | {"situation_id": str(situation_id), "service_ids": [str(town.service.id)]}
    answer = client.post("/api/v1/referrals", json=body | given, headers=bearer(town.landlord.user, town.landlord.org))
    found = answer.json or {}
    return answer.status_code, [it["conflict"] for it in found["referrals"]] if "referrals" in found else found


@pytest.mark.parametrize("draft", [False, True])
@pytest.mark.parametrize(
    ("who", "works", "status", "conflict"),
    [
        (HER, "nowhere", 201, [False]),
        (HER, "intake", 201, [True]),
        (HER, "cell_chair", 201, [True]),
        ("nobody", "intake", 201, [False]),
        ("the only one who answers", "nowhere", 422, None),
        ("the only one who answers", "cell_chair", 422, None),
        ("the only one who answers", "intake", 201, [True]),
    ],
)
def test_what_the_api_says(
    town: Town, client: FlaskClient, who: str, works: str, status: int, conflict: list[bool] | None, draft: bool
) -> None:
    situation_id = opposed_situation(town, who)
    if works != "nowhere":
        make_user(town.association.org, (works,), name="RIVIERE, blandine")
    reached, said = post(client, town, situation_id, draft=draft)
    assert reached == status
    if conflict is not None:
        assert said == conflict
        return
    assert "personne ne la lirait" in str(said)
    assert session().scalars(select(Referral.id)).all() == []
    assert journalled(COMPARED) == 1


def test_the_page_says_so_before_sending_and_proposes_another_partner(town: Town, sender: Visitor) -> None:
    somebody = make_user(town.association.org, ("cell_chair",), name=HER)
    for who, warned in ((HER, "au moins une personne"), ("the only one who answers", "Choisir un autre partenaire")):
        situation_id = opposed_situation(town, who)
        partners = {"service_ids": [str(town.service.id)], "mode": "each_may_act", "sharing_level": "full"}
        verify = sender.go(f"/orienter/{situation_id}/partenaires", **partners)
        before = journalled(COMPARED)
        page = sender.get(verify)
        assert warned in readable(page) and str(somebody.id) not in page and HER not in readable(page)
        sender.get(verify)
        assert journalled(COMPARED) == before + 1  # the same look again


def test_asked_too_often_it_says_nothing_whatever_there_is(town: Town, client: FlaskClient, sender: Visitor) -> None:
    """The same answer for a partner where she works, one where she does not, and one that nobody is left at."""
    make_user(town.association.org, ("intake",), name=HER)
    look_often(town)
    lone = opposed_situation(town, "the only one who answers")
    for situation_id in (opposed_situation(town), opposed_situation(town, "nobody"), lone):
        assert post(client, town, situation_id, draft=True) == (201, [None])
    partners = {"service_ids": [str(town.service.id)], "mode": "each_may_act", "sharing_level": "full"}
    pages = []
    for situation_id in (opposed_situation(town), opposed_situation(town, "nobody")):
        page = readable(sender.get(sender.go(f"/orienter/{situation_id}/partenaires", **partners)))
        assert "Vérification non faite" in page and "À vérifier avant d’envoyer" not in page
        pages.append(page)
    assert journalled("situation.compare_refused") == 2
    colleague = town.landlord.colleague("referent")
    (sent,) = service.refer(
        colleague, situation_id=opposed_situation(town), service_ids=[town.service.id], terms=terms()
    )
    assert sent.conflict is True
    with clock.at(clock.now() + timedelta(hours=1, minutes=1)):
        (sent,) = service.refer(
            town.landlord.actor, situation_id=opposed_situation(town), service_ids=[town.service.id], terms=terms()
        )
    assert sent.conflict is True


def test_a_call_that_is_noted_is_compared_too_and_kept_whatever_is_found(
    town: Town, client: FlaskClient, sender: Visitor
) -> None:
    """Also where nobody is left who could read it here: the call was made."""
    call = {"called_at": clock.now().isoformat(), "spoken_to": "Accueil", "agreed": "call_back"}
    for who, conflict in (("nobody", False), ("the only one who answers", True)):
        assert post(client, town, opposed_situation(town, who), call=call) == (201, [conflict])
    make_user(town.association.org, ("intake",), name=HER)
    today = clock.today().isoformat()
    typed = {
        "service_id": str(town.service.id), "called_at": f"{today}T00:01", "spoken_to": "Accueil", "language": "fr",
        "agreed": "call_back", "sharing_level": "minimal", "basis": "consent", "informed_on": today, "given_on": today,
    }  # fmt: skip
    page = readable(sender.get(sender.go(f"/orienter/{opposed_situation(town)}/appel", **typed)))
    assert "L’appel est noté" in page and "doit être tenue à l’écart" in page and HER not in page


@pytest.fixture
def further(town: Town) -> UUID:
    """A referral at work whose person is opposed to somebody of the other association."""
    make_user(town.other_association.org, ("intake",), name=HER)
    referral_id = make_referral(town, State.ACCEPTED)
    situation_id = stored(referral_id).situation_id
    household.oppose(town.landlord.actor, situation_id=situation_id, name=HER)
    return referral_id


def test_who_relays_is_warned_once_and_may_go_on(town: Town, further: UUID, receiver: Visitor) -> None:
    path = f"/orientations/{further}/passer-le-relais"
    given = {"service_id": str(town.other_service.id), "sharing_level": "standard", **consent()}
    warned = readable(receiver.post(path, status=200, **given).text)
    assert "au moins une personne doit être tenue à l’écart" in warned and HER not in warned
    assert stored(further).state == State.ACCEPTED
    receiver.go(path, warned=str(town.other_service.id), **given)
    session().rollback()
    assert stored(further).state == State.RELAYED


def test_a_relay_by_the_api_answers_with_the_conflict(town: Town, further: UUID) -> None:
    details = Details.model_validate({"service_id": town.other_service.id, "consent": consent()})
    made = service.act(town.association.actor, referral_id=further, event=Event.RELAY, details=details)
    assert made.conflict is True


def test_nothing_goes_on_to_where_nobody_could_read_it(town: Town, further: UUID) -> None:
    situation_id, lone = stored(further).situation_id, town.other_association.user
    service.bar(town.landlord.actor, situation_id=situation_id, who=lone.id, reason="Cousin.")
    for actor, event in ((town.association.actor, Event.RELAY), (town.landlord.actor, Event.REDIRECT)):
        details = Details.model_validate({"service_id": town.other_service.id, "consent": consent()})
        before = journalled(COMPARED)
        with pytest.raises(Invalid) as refused:
            service.act(actor, referral_id=further, event=event, details=details)
        assert "Choisissez un autre partenaire" in refused.value.fields["service_id"]
        assert journalled(COMPARED) == before + 1
    assert stored(further).state == State.ACCEPTED


def test_who_only_proposes_a_partner_learns_nothing_and_who_sends_it_does(
    town: Town, further: UUID, receiver: Visitor, sender: Visitor
) -> None:
    assert receiver.go(f"/orientations/{further}/reorienter", service_id=str(town.other_service.id))
    session().rollback()
    child = session().scalars(select(Referral.id).where(Referral.parent_id == further)).one()
    path = f"/orientations/{child}/envoyer"
    assert "au moins une personne" in readable(sender.post(path, status=200, **consent()).text)
    sender.go(path, warned=str(town.other_service.id), **consent())
    session().rollback()
    assert stored(child).state == State.SENT


@pytest.mark.parametrize("contact", ["Blandine Rivière, accueil", "Mme RIVIERE Blandine", "équipe : blandine riviere"])
def test_nobody_kept_out_is_named_to_follow_it(town: Town, contact: str) -> None:
    (sent,) = send(town)
    household.oppose(town.landlord.actor, situation_id=stored(sent.id).situation_id, name=HER)
    with pytest.raises(Invalid) as refused:
        do(town, sent.id, Event.ACCEPT, contact=contact)
    assert set(refused.value.fields) == {"contact"}
    assert journalled("referral.refused") == 1
    assert do(town, sent.id, Event.ACCEPT, contact="Blandine, accueil").state is State.ACCEPTED


def test_nor_by_who_answers_from_a_link(app: Flask, town: Town, sender: Visitor) -> None:
    unknown = make_unknown()
    referral_id, secret = sent_by_link(town, unknown)
    household.oppose(town.landlord.actor, situation_id=stored(referral_id).situation_id, name=HER)
    browser, path = opened(app, secret), f"/reponse/{referral_id}/accepter"
    session().rollback()
    given = {"contact": HER, "estimate": "8 jours", "version": stored(referral_id).version}
    refused = browser.post(path, data=given)
    assert refused.status_code == 422 and 'id="contact-error"' in refused.text
    assert browser.post(path, data=given | {"contact": "Inès, accueil"}).status_code == 303
    assert journalled("referral.refused") == 1
    situation_id = opposed_situation(town)
    partners = {"service_ids": [str(unknown.service.id)], "mode": "each_may_act", "sharing_level": "full"}
    assert "n’écarte personne par son nom" in readable(
        sender.get(sender.go(f"/orienter/{situation_id}/partenaires", **partners))
    )


def test_the_answer_of_a_retry_says_the_same(town: Town, client: FlaskClient) -> None:
    make_user(town.association.org, ("intake",), name=HER)
    situation_id = opposed_situation(town)
    body = terms().model_dump(mode="json") | {"situation_id": str(situation_id), "service_ids": [str(town.service.id)]}
    headers = bearer(town.landlord.user, town.landlord.org) | {"Idempotency-Key": "one"}
    answers = [client.post("/api/v1/referrals", json=body, headers=headers).json for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["referrals"][0]["conflict"] is True  # type: ignore[index]


def test_two_services_of_one_organisation_are_one_answer(town: Town) -> None:
    make_user(town.association.org, ("intake",), name=HER)
    other = make_service(town.association.org)
    found = service.compare_receivers(
        town.landlord.actor, situation_id=opposed_situation(town), service_ids=[town.service.id, other.id]
    )
    assert [it.value for it in found.met.values()] == ["some"]
