"""The other way round: an association refers a household that is about to enter social housing to a landlord."""

import html
import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import actor_of, bearer, make_user, sign_in
from factories.directory import make_service
from factories.referrals import Side, make_side, make_situation, situation_input, stored, terms
from maillage.directory.models import Service
from maillage.kernel import jobs
from maillage.kernel.db import session
from maillage.notifications.models import Notification
from maillage.referrals import queries, service
from maillage.referrals.codes import Side as Side_
from maillage.referrals.content import Details, Plan, StepInput
from maillage.referrals.states import Event, State


@pytest.fixture
def association(app: Flask) -> Side:
    return make_side("association", "intake")


@pytest.fixture
def landlord(association: Side) -> Side:
    return make_side("landlord", "access_desk")


@pytest.fixture
def lodging(landlord: Side) -> Service:
    return make_service(landlord.org, name="Entrée dans le logement", themes=["rehousing"])


def test_from_the_pages(association: Side, landlord: Side, lodging: Service, client: FlaskClient) -> None:
    situation_id = make_situation(association.actor, route="acces", themes=["rehousing"])
    plan = Plan.model_validate({"service_ids": (lodging.id,), "sharing_level": "standard"})
    kept = service.update_situation(association.actor, situation_id=situation_id, given=StepInput(plan=plan))
    browser = sign_in(client, association.user)
    given = {"version": str(kept.version), "basis": "concertation", "legal_text": "CCAPEX"}
    assert browser.post(f"/orienter/{situation_id}/verifier", data=given).status_code == 303
    inbox = sign_in(client, landlord.user)
    [address] = set(re.findall(r'href="(/orientations/[0-9a-f-]+)"', inbox.get("/boite-partagee").text))
    page = html.unescape(inbox.get(address).text)
    assert "Accès au logement" in page and association.org.name in page
    answer = {"version": "3", "contact": "Mme Leroy, attributions", "estimate": "trois semaines"}
    assert inbox.post(f"{address}/accepter", data=answer).status_code == 303
    told = html.unescape(sign_in(client, association.user).get(address).text)
    assert f"{landlord.org.name} a accepté" in told


def test_through_the_api(association: Side, landlord: Side, lodging: Service, client: FlaskClient) -> None:
    keys = bearer(association.user, association.org)
    typed = situation_input(route="acces", themes=["rehousing"]).model_dump(mode="json", exclude_defaults=True)
    kept = client.post("/api/v1/situations", json=typed, headers=keys).json
    body = {"situation_id": kept["id"], "service_ids": [str(lodging.id)]}
    sent = client.post("/api/v1/referrals", json=body | terms().model_dump(mode="json"), headers=keys)
    assert sent.status_code == 201
    [referral] = sent.json["referrals"]
    seen = client.get(f"/api/v1/referrals/{referral['id']}", headers=bearer(landlord.user, landlord.org)).json
    assert (seen["side"], seen["card"]["route"]) == ("receiver", "acces")


def test_the_desk_reads_who_enters_and_no_support(
    association: Side, landlord: Side, lodging: Service, client: FlaskClient
) -> None:
    """The same landlord also sends and receives support: neither page, list, API, notice nor count tells its desk."""
    social = Side(landlord.org, user := make_user(landlord.org, ("intake",)), actor_of(user, landlord.org))
    house = make_service(landlord.org, name="Service social du bailleur", themes=["elderly-isolation"])
    partner = make_service(association.org)
    entering = hand(association, lodging, route="acces")
    staying, supported = hand(association, house), hand(social, partner)
    jobs.drain()
    told = session().scalars(select(Notification.link).where(Notification.user_id == landlord.user.id)).all()
    assert told == [f"/orientations/{entering}"]
    assert [it.id for it in queries.inbox(session(), landlord.actor, box=Side_.RECEIVER).rows] == [entering]
    assert queries.frame(session(), landlord.actor).todo == 1
    desk = sign_in(client, landlord.user)
    assert "hors de mon périmètre" not in desk.get("/boite-partagee").text  # its organisation sets none
    for hidden in (staying, supported):
        assert desk.get(f"/orientations/{hidden}").status_code == 404
        reference = stored(hidden).reference
        broken = desk.post("/orientations/ouvrir", data={"reference": reference, "reason": "Pour voir où cela en est."})
        assert broken.status_code in (404, 422)
    accept = Details(contact="Mme Leroy", estimate="trois semaines")
    service.act(landlord.actor, referral_id=entering, event=Event.ACCEPT, details=accept)
    assert service.reveal(landlord.actor, referral_id=entering).person.first_name
    done = Details.model_validate({"outcome": "covered"})
    assert (
        service.act(landlord.actor, referral_id=entering, event=Event.COMPLETE, details=done).state is State.COMPLETED
    )
    assert {it.id for it in queries.inbox(session(), social.actor, box=Side_.RECEIVER).rows} == {entering, staying}


def test_a_landlord_opens_its_desk_from_the_pages(association: Side, landlord: Side, client: FlaskClient) -> None:
    admin = sign_in(client, make_user(landlord.org, ("intake",)))
    assert "modele=acces-au-logement" in admin.get("/mes-services").text
    form = html.unescape(admin.get("/mes-services/nouveau?modele=acces-au-logement").text)
    assert 'value="Accès au logement"' in form and re.search(r'value="housing-access"[^>]*checked', form)
    assert "modele=acces-au-logement" not in sign_in(client, association.user).get("/mes-services").text


def hand(sender: Side, to: Service, **situation: str) -> UUID:
    situation_id = make_situation(sender.actor, **situation)
    return service.refer(sender.actor, situation_id=situation_id, service_ids=[to.id], terms=terms())[0].id
