"""The other way round: an association refers a household that is about to enter social housing to a landlord."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from factories.accounts import bearer, sign_in
from factories.directory import make_service
from factories.referrals import Side, make_side, make_situation, situation_input, terms
from maillage.directory.models import Service
from maillage.referrals import service
from maillage.referrals.content import Plan, StepInput


@pytest.fixture
def association(app: Flask) -> Side:
    return make_side("association", "intake")


@pytest.fixture
def landlord(association: Side) -> Side:
    return make_side("landlord", "intake")


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
