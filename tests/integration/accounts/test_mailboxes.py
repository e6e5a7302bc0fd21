"""The mailbox of an organisation without an account: vouched for by the host, and the way to claim the account."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import actor_of, make_organization, make_user, sign_in
from integration.accounts.test_account import FRESH
from maillage.accounts import queries, service
from maillage.accounts.models import Membership, Organization, User
from maillage.kernel import jobs
from maillage.kernel.actor import SYSTEM, Actor, Channel
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.notifications.models import MailMessage

ANSWER = "referral.answer"


@pytest.fixture
def org(app: Flask) -> Organization:
    return make_organization(name="Les Jardins du Cœur", email="public@fiche.example")


@pytest.fixture
def root(app: Flask, client: FlaskClient) -> FlaskClient:
    return sign_in(client, make_user(make_organization(kind="host"), ("platform_admin",)))


def answers_from(org: Organization) -> str | None:
    session().rollback()
    session().expire_all()
    found = queries.answering_mailbox(session(), org.id, ANSWER)
    return found.email if found else None


def by_link(org: Organization) -> Actor:
    return Actor(user_id=None, org_id=org.id, org_vetted=True, channel=Channel.LINK)


class TestProof:
    def test_an_address_that_nobody_vouched_for_answers_nothing(self, org: Organization) -> None:
        assert answers_from(org) is None

    def test_the_host_says_how_it_made_sure(self, org: Organization, root: FlaskClient) -> None:
        path = f"/plateforme/organisations/{org.id}/boite"
        assert 'value="public@fiche.example"' in root.get(path).text
        refused = root.post(path, data={"email": "accueil@jardins.example", "proof": ""})
        assert refused.status_code == 422
        assert "accueil@jardins.example" in refused.text
        assert answers_from(org) is None
        assert root.post(path, data={"email": "Accueil@Jardins.example", "proof": "called"}).status_code == 303
        assert answers_from(org) == "accueil@jardins.example"
        assert "en appelant l’organisation" in root.get(f"/plateforme/organisations/{org.id}").text
        assert "a confirmé la boîte d’une organisation" in root.get("/plateforme/journal").text

    def test_it_can_be_taken_back(self, org: Organization, root: FlaskClient) -> None:
        service.prove_mailbox(SYSTEM, org_id=org.id, email="accueil@jardins.example", proof="met")
        path = f"/plateforme/organisations/{org.id}/boite/retirer"
        assert root.post(path).status_code == 303
        assert answers_from(org) is None
        assert root.post(path).status_code == 409

    def test_another_address_needs_a_proof_of_its_own(self, org: Organization) -> None:
        service.prove_mailbox(SYSTEM, org_id=org.id, email="accueil@jardins.example", proof="met")
        admin = actor_of(make_user(org, ("org_admin",)), org)
        same = {"name": org.name, "registration": None, "require_mfa": False}
        service.change_identity(admin, email="accueil@jardins.example", **same)
        assert answers_from(org) == "accueil@jardins.example"
        service.change_identity(admin, email="ailleurs@jardins.example", **same)
        assert answers_from(org) is None

    @pytest.mark.parametrize("status", ["listed", "pending", "suspended"])
    def test_only_a_vetted_organisation_answers(self, app: Flask, status: str) -> None:
        org = make_organization(status=status)
        service.prove_mailbox(SYSTEM, org_id=org.id, email="accueil@jardins.example", proof="met")
        assert answers_from(org) is None

    @pytest.mark.parametrize(
        ("roles", "fields", "from_mailbox"),
        [
            (("intake",), {}, False),
            (("referent", "intake"), {}, False),
            (("org_admin",), {}, True),
            (("intake",), {"active": False}, True),
            (("intake",), {"password_hash": None}, True),
        ],
    )
    def test_it_is_for_those_who_have_nobody_to_answer(
        self, org: Organization, roles: tuple[str, ...], fields: dict[str, object], from_mailbox: bool
    ) -> None:
        service.prove_mailbox(SYSTEM, org_id=org.id, email="accueil@jardins.example", proof="met")
        make_user(org, roles, **fields)
        assert (answers_from(org) is not None) is from_mailbox

    def test_nobody_else_vouches(self, org: Organization) -> None:
        admin = actor_of(make_user(org, ("org_admin",)), org)
        with pytest.raises(Forbidden):
            service.prove_mailbox(admin, org_id=org.id, email="moi@ailleurs.example", proof="met")
        with pytest.raises(Forbidden):
            service.disown_mailbox(admin, org_id=org.id)

    @pytest.mark.parametrize(("email", "proof"), [("pas une adresse", "met"), ("a@jardins.example", "import")])
    def test_a_wrong_address_or_a_proof_that_is_none(self, org: Organization, email: str, proof: str) -> None:
        with pytest.raises(Invalid):
            service.prove_mailbox(SYSTEM, org_id=org.id, email=email, proof=proof)


class TestClaim:
    @pytest.fixture(autouse=True)
    def proven(self, org: Organization) -> None:
        service.prove_mailbox(SYSTEM, org_id=org.id, email="accueil@jardins.example", proof="called")

    def test_the_first_person_comes_in_and_can_answer(self, app: Flask, org: Organization) -> None:
        service.claim_organization(by_link(org), name="Inès Vidal", email="ines@jardins.example")
        jobs.drain()
        session().rollback()
        told = {mail.recipient: mail.text for mail in session().scalars(select(MailMessage))}
        assert set(told) == {"ines@jardins.example", "accueil@jardins.example"}
        assert not any(org.name in text or "Inès" in text for text in told.values())
        link = re.search(r"/invitation/\S+", told["ines@jardins.example"])
        assert link is not None
        app.test_client().post(link[0], data={"name": "Inès Vidal", "password": FRESH})
        session().rollback()
        (roles,) = session().scalars(select(Membership.roles).where(Membership.org_id == org.id))
        assert set(roles) == {"org_admin", "intake"}
        assert answers_from(org) is None
        assert "organization.claimed" in session().scalars(select(AuditEntry.action)).all()

    def test_an_organisation_that_somebody_administers_is_not_claimed(self, org: Organization) -> None:
        make_user(org, ("org_admin",))
        with pytest.raises(Conflict):
            service.claim_organization(by_link(org), name="Inès Vidal", email="ines@jardins.example")

    def test_nor_one_that_nobody_vouches_for_any_more(self, org: Organization) -> None:
        service.disown_mailbox(SYSTEM, org_id=org.id)
        with pytest.raises(NotFound):
            service.claim_organization(by_link(org), name="Inès Vidal", email="ines@jardins.example")

    def test_only_the_mailbox_claims(self, org: Organization) -> None:
        for actor in (replace(by_link(org), channel=Channel.WEB), replace(by_link(org), org_id=None)):
            with pytest.raises(Forbidden):
                service.claim_organization(actor, name="Inès Vidal", email="ines@jardins.example")

    def test_both_fields_are_told_wrong_at_once(self, org: Organization) -> None:
        with pytest.raises(Invalid) as refused:
            service.claim_organization(by_link(org), name=" ", email="pas une adresse")
        assert set(refused.value.fields) == {"name", "email"}
        jobs.drain()
        assert session().scalars(select(User.id)).all() == []
