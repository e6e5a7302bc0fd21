"""Who administers an organisation, who administers the platform, and what neither may do."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from factories.accounts import PASSWORD, actor_of, join, make_organization, make_user, sign_in
from factories.referrals import make_referral, make_town, stored
from integration.accounts.test_account import FRESH, enrol, mailed_link
from maillage.accounts import service
from maillage.accounts.models import AccessGrant, Membership, Organization, User
from maillage.kernel import audit, clock, jobs
from maillage.kernel.actor import SYSTEM, Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.outbox import OutboxJob
from maillage.notifications.models import MailMessage

VARIES = r'name="csrf_token"[^>]*|[0-9a-f-]{36}|\d'
NEWCOMER = "nouvelle@organisation.example"


@pytest.fixture
def org(app: Flask) -> Organization:
    return make_organization(name="Le Fil d’Aurore")


@pytest.fixture
def admin(org: Organization) -> User:
    return make_user(org, ("org_admin",))


def invite(client: FlaskClient, **fields):
    return client.post(
        "/administration/membres/inviter",
        data={"email": NEWCOMER, "name": "Zoé Lambert", "job_title": "", "roles": ["intake"]} | fields,
    )


class TestInvitation:
    def test_a_newcomer_chooses_a_password_and_signs_in(self, app, client, org, admin) -> None:
        assert invite(sign_in(client, admin)).status_code == 303
        assert "Zoé Lambert" in client.get("/administration/membres").text
        link = mailed_link()
        newcomer = app.test_client()
        assert org.name in newcomer.get(link).text
        assert newcomer.post(link, data={"name": "Zoé Lambert", "password": "court"}).status_code == 422
        assert newcomer.post(link, data={"name": "Zoé Lambert", "password": FRESH}).status_code == 303
        assert newcomer.get(link).status_code == 404
        assert newcomer.post("/connexion", data={"email": NEWCOMER, "password": FRESH}).status_code == 303
        assert "Accueil des orientations" in newcomer.get("/compte").text

    def test_a_member_elsewhere_keeps_the_password_and_is_not_signed_in_by_the_link(self, app, client, org, admin):
        known = make_user(make_organization())
        invite(sign_in(client, admin), email=known.email)
        link, browser = mailed_link(), app.test_client()
        assert "password" not in browser.get(link).text
        assert browser.post(link).location == "/connexion"
        assert browser.get("/compte").status_code == 303
        session().rollback()
        assert session().scalar(select(Membership.roles).where(Membership.org_id == org.id)) is not None
        assert browser.post("/connexion", data={"email": known.email, "password": PASSWORD}).status_code == 303

    def test_the_mail_names_nobody(self, client, org, admin) -> None:
        invite(sign_in(client, admin))
        mailed_link()
        mail = session().scalars(select(MailMessage)).one()
        for telling in (org.name, "Zoé", "Lambert", admin.name):
            assert telling not in mail.subject + mail.text + mail.html

    def test_whom_an_address_belongs_to_is_not_told(self, app, org, admin) -> None:
        """Unknown, known, invited elsewhere, shut: the same answers in as many statements, and none of their names."""
        elsewhere = make_organization()
        known = make_user(elsewhere, name="Nora Secrète", email="connue@organisation.example")
        shut = make_user(elsewhere, name="Sami Fermé", email="fermee@organisation.example", active=False)
        rival = make_user(elsewhere, ("org_admin",))
        awaited = "attendue@organisation.example"
        service.invite(actor_of(rival, elsewhere), email=awaited, name="Lou Attendue", roles=["intake"])
        told = {}
        for address in (NEWCOMER, known.email, shut.email, awaited):
            client = sign_in(app.test_client(), admin)
            answer = invite(client, email=address, name="Zoé Lambert")
            pages = [client.get(f"/administration{path}").text for path in ("/membres", "", "/journal")]
            shown = "".join(pages).replace(address, "ADRESSE")
            for name in ("Nora", "Secrète", "Sami", "Fermé", "Lou"):
                assert name not in shown
            assert "Zoé Lambert" in pages[0]
            assert "a invité un membre\N{NO-BREAK SPACE}: Zoé Lambert" in pages[2]
            grant_id = session().scalar(
                select(AccessGrant.id).where(AccessGrant.org_id == org.id, AccessGrant.used_at.is_(None))
            )
            client.post(f"/administration/invitations/{grant_id}/annuler")
            with transaction() as tx:
                tx.execute(delete(audit.AuditEntry).where(audit.AuditEntry.chain == org.id))
            told[address] = (answer.status_code, answer.location, answer.text, re.sub(VARIES, "", shown))
        assert len(set(told.values())) == 1

    def test_it_costs_the_same_whoever_it_is(self, org, admin, count_statements) -> None:
        known = make_user(make_organization())
        spent = []
        for address in (NEWCOMER, known.email):
            session().expunge_all()
            with count_statements as counted:
                service.invite(actor_of(admin, org), email=address, name="Zoé", roles=["intake"])
            spent.append(len(counted.statements))
            counted.statements.clear()
        assert spent[0] == spent[1]

    def test_the_name_of_somebody_known_appears_once_they_accept(self, app, client, org, admin) -> None:
        known = make_user(make_organization(), name="Nora Durand")
        invite(sign_in(client, admin), email=known.email)
        app.test_client().post(mailed_link())
        assert "Nora Durand" in client.get("/administration/membres").text
        assert "Nora Durand" in client.get("/administration/journal").text

    def test_a_shut_account_is_sent_nothing(self, client, org, admin) -> None:
        shut = make_user(make_organization(), active=False)
        invite(sign_in(client, admin), email=shut.email)
        jobs.drain()
        assert session().scalars(select(MailMessage)).all() == []

    def test_nobody_is_kept_of_whom_never_answers(self, client, org, admin) -> None:
        invite(sign_in(client, admin))
        assert session().scalar(select(User).where(User.email == NEWCOMER)) is None
        service.sweep(clock.now() + timedelta(days=40))
        assert session().scalars(select(AccessGrant)).all() == []

    def test_two_organisations_may_invite_the_same_newcomer(self, app, client, org, admin) -> None:
        other = make_organization()
        chief = make_user(other, ("org_admin",))
        invite(sign_in(client, admin))
        first = mailed_link()
        service.invite(actor_of(chief, other), email=NEWCOMER, name="Z. Lambert", roles=["intake"])
        second = mailed_link()
        browser = app.test_client()
        browser.post(first, data={"name": "Zoé Lambert", "password": FRESH})
        assert "Vous avez déjà un compte" in browser.get(second).text
        assert browser.post(second).status_code == 303
        session().rollback()
        assert len(session().scalars(select(Membership)).all()) == 4

    def test_it_can_be_cancelled(self, app, client, org, admin) -> None:
        invite(sign_in(client, admin))
        link = mailed_link()
        grant_id = session().scalar(select(AccessGrant.id))
        assert client.post(f"/administration/invitations/{grant_id}/annuler").status_code == 303
        assert app.test_client().get(link).status_code == 404

    def test_a_member_is_not_invited_again(self, client, org, admin) -> None:
        answer = invite(sign_in(client, admin), email=admin.email)
        assert answer.status_code == 422
        assert "déjà membre" in answer.text

    @pytest.mark.parametrize("roles", [["platform_admin"], ["coordinator"], ["unknown"], []])
    def test_only_roles_of_this_kind_of_organisation(self, client, org, admin, roles) -> None:
        assert invite(sign_in(client, admin), roles=roles).status_code == 422
        assert session().scalars(select(AccessGrant)).all() == []

    def test_only_administrators_invite(self, client, org) -> None:
        assert invite(sign_in(client, make_user(org))).status_code == 403

    def test_somebody_who_left_may_come_back(self, app, client, org, admin) -> None:
        user = make_user(org)
        service.end_membership(actor_of(admin, org), user_id=user.id)
        invite(sign_in(client, admin), email=user.email)
        app.test_client().post(mailed_link())
        assert sign_in(app.test_client(), user).get("/compte").status_code == 200


class TestMembers:
    def test_an_ended_membership_counts_at_the_next_request(self, app, client, org, admin) -> None:
        user = make_user(org)
        browser = sign_in(app.test_client(), user)
        assert browser.get("/compte").status_code == 200
        assert sign_in(client, admin).post(f"/administration/membres/{user.id}/retirer").status_code == 303
        assert browser.get("/compte").status_code == 303

    def test_new_roles_count_at_the_next_request(self, app, client, org, admin) -> None:
        user = make_user(org)
        browser = sign_in(app.test_client(), user)
        assert browser.get("/administration/membres").status_code == 403
        sign_in(client, admin).post(f"/administration/membres/{user.id}/roles", data={"roles": ["org_admin"]})
        assert browser.get("/administration/membres").status_code == 303
        enrol(browser)
        assert browser.get("/administration/membres").status_code == 200

    def test_the_last_administrator_stays(self, client, org, admin) -> None:
        make_user(org)
        sign_in(client, admin)
        refused = client.post(f"/administration/membres/{admin.id}/retirer")
        assert refused.status_code == 409
        assert "au moins un administrateur" in refused.text
        kept = client.post(f"/administration/membres/{admin.id}/roles", data={"roles": ["intake"]})
        assert kept.status_code == 422
        assert "au moins un administrateur" in kept.text

    def test_with_a_second_one_the_first_may_go(self, client, org, admin) -> None:
        make_user(org, ("org_admin",))
        assert sign_in(client, admin).post(f"/administration/membres/{admin.id}/retirer").status_code == 303

    def test_foreign_and_unknown_members_look_the_same(self, client, org, admin) -> None:
        foreign = make_user(make_organization())
        sign_in(client, admin)
        pages = [
            client.get(f"/administration/membres/{user_id}/roles")
            for user_id in (foreign.id, "00000000-0000-0000-0000-000000000001")
        ]
        assert [page.status_code for page in pages] == [404, 404]
        assert pages[0].text == pages[1].text

    def test_host_administrators_do_not_touch_the_platform_s(self, app: Flask) -> None:
        host = make_organization(kind="host")
        org_admin, platform_admin = make_user(host, ("org_admin",)), make_user(host, ("platform_admin",))
        make_user(host, ("platform_admin",))
        who = actor_of(org_admin, host)
        with pytest.raises(Invalid):
            service.change_roles(who, user_id=org_admin.id, roles=["org_admin", "platform_admin"])
        with pytest.raises(Forbidden):
            service.end_membership(who, user_id=platform_admin.id)

    def test_another_organisation_s_members_do_not_exist(self, app: Flask, org, admin) -> None:
        foreign = make_organization()
        with pytest.raises(NotFound):
            service.invite(actor_of(admin, org), email=NEWCOMER, name="Zoé", roles=["intake"], org_id=foreign.id)


class TestIdentity:
    def change(self, client: FlaskClient, **fields):
        return client.post(
            "/administration/identite", data={"name": "Aurore", "email": "", "registration": ""} | fields
        )

    def test_it_is_checked_and_kept(self, client, org, admin) -> None:
        sign_in(client, admin)
        wrong = self.change(client, registration="732 829 320 00075", name="Aurore des Hauts")
        assert wrong.status_code == 422
        assert "Ce SIRET n’est pas valable : vérifiez les 14 chiffres." in wrong.text
        assert 'value="Aurore des Hauts"' in wrong.text
        assert self.change(client, registration="732 829 320 00074").status_code == 303
        assert "73282932000074" in client.get("/administration").text

    def test_asking_for_two_factors_lets_work_end_and_leads_there_at_the_next_sign_in(self, app, client, org, admin):
        user = make_user(org)
        working = sign_in(app.test_client(), user)
        self.change(sign_in(client, admin), require_mfa="y")
        assert working.get("/compte").status_code == 200
        entering = app.test_client()
        entering.post("/connexion", data={"email": user.email, "password": PASSWORD})
        led = entering.get("/compte", follow_redirects=True)
        assert led.request.path == "/compte/second-facteur"
        assert "votre organisation demande un second facteur" in led.text
        self.change(client, require_mfa="")
        assert entering.get("/compte").status_code == 200


def test_two_administrators_cannot_remove_each_other_at_once(app: Flask, org: Organization, admin: User) -> None:
    other = make_user(org, ("org_admin",))
    pairs = [(actor_of(admin, org), other.id), (actor_of(other, org), admin.id)]
    session().rollback()
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda pair: removed(app, *pair), pairs))
    assert sorted(outcomes) == [False, True]


def removed(app: Flask, who: Actor, user_id: UUID) -> bool:
    with app.app_context():
        try:
            service.end_membership(who, user_id=user_id)
        except Conflict:
            return False
        return True


def test_a_link_followed_twice_at_once_serves_once(app: Flask, client: FlaskClient, admin: User) -> None:
    invite(sign_in(client, admin))
    link = mailed_link()
    session().rollback()
    browsers = [app.test_client() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda one: one.post(link, data={"name": "Zoé", "password": FRESH}).status_code, browsers)
        assert sorted(answers) == [303, 404, 404, 404]


def test_the_journal_does_not_tell_where_else_somebody_works(client, org, admin) -> None:
    other, colleague = make_organization(name="Refuge du Tilleul"), make_user(org)
    join(colleague, other)
    sign_in(client, colleague, org).post("/changer-d-organisation", data={"org_id": str(other.id)})
    page = sign_in(client, admin).get("/administration/journal").text
    assert "a changé d’organisation" in page
    assert "Tilleul" not in page


def test_the_journal_says_it_in_words_and_pages(client, org, admin) -> None:
    sign_in(client, admin)
    invite(client)
    page = client.get("/administration/journal").text
    assert "a invité un membre" in page
    assert "Accueil des orientations" in page
    with transaction() as tx:
        for _ in range(60):
            audit.record(tx, actor_of(admin, org), "session.opened", "session", None)
    first = client.get("/administration/journal").text
    assert "a invité un membre" not in first
    following = re.search(r'href="(/administration/journal\?after=[^"]+)"', first)[1]
    assert "a invité un membre" in client.get(following).text


class TestPlatform:
    @pytest.fixture
    def host(self, app: Flask) -> Organization:
        return make_organization(kind="host", name="Hébergeur")

    @pytest.fixture
    def root(self, host: Organization, client: FlaskClient) -> FlaskClient:
        return sign_in(client, make_user(host, ("platform_admin",)))

    def create(self, root: FlaskClient, **fields):
        told = {
            "name": "CPAS de Floreffe",
            "kind": "public_body",
            "country": "BE",
            "registration": "0403.170.701",
            "email": "accueil@cpas.example",
            "admin_name": "Léa Dubois",
            "admin_email": "lea@cpas.example",
        }
        return root.post("/plateforme/organisations/nouvelle", data=told | fields)

    def test_an_organisation_is_created_with_its_administrator_invited(self, app, root) -> None:
        card = self.create(root).location
        assert "0403170701" in root.get(card).text
        browser = app.test_client()
        browser.post(mailed_link(), data={"name": "Léa Dubois", "password": FRESH})
        browser.post("/connexion", data={"email": "lea@cpas.example", "password": FRESH})
        assert browser.get("/administration").status_code == 303
        enrol(browser)
        assert "vérifie votre organisation" in browser.get("/administration").text

    @pytest.mark.parametrize(
        ("fields", "marked"),
        [
            ({"registration": "0403.170.702"}, "registration"),
            ({"kind": "bank"}, "kind"),
            ({"admin_email": "pas une adresse"}, "admin_email"),
            ({"name": ""}, "name"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(self, root, fields, marked) -> None:
        answer = self.create(root, **fields)
        assert answer.status_code == 422
        assert f'id="{marked}-error"' in answer.text
        assert session().scalars(select(Organization.name)).all() == ["Hébergeur"]

    def test_everything_wrong_is_said_at_once(self, root) -> None:
        answer = self.create(root, name="", registration="0403.170.702", email="non", admin_name="", admin_email="nul")
        for marked in ("name", "registration", "email", "admin_name", "admin_email"):
            assert f'id="{marked}-error"' in answer.text

    def test_it_is_vetted_suspended_with_a_reason_and_reopened(self, app, root, org) -> None:
        member = sign_in(app.test_client(), make_user(org))
        card = f"/plateforme/organisations/{org.id}"
        assert root.post(f"{card}/suspendre", data={"reason": ""}).status_code == 422
        assert root.post(f"{card}/suspendre", data={"reason": "Signalement"}).status_code == 303
        assert member.get("/compte").status_code == 303
        assert root.post(f"{card}/verifier").status_code == 409
        assert root.post(f"{card}/rouvrir", data={"reason": "Vérifié au téléphone"}).status_code == 303
        assert root.post(f"{card}/verifier").status_code == 303
        assert member.get("/compte").status_code == 200
        journal = root.get("/plateforme/journal").text
        assert "a suspendu une organisation : Le Fil d’Aurore, raison : Signalement" in journal

    def test_what_the_platform_did_about_a_referral_is_told_without_its_reference(self, root) -> None:
        referral_id = make_referral(make_town())
        with transaction() as writing:
            audit.record(writing, SYSTEM, "referral.expire", "referral", referral_id)
        journal = root.get("/plateforme/journal")
        assert "orientation" in journal.text and stored(referral_id).reference not in journal.text

    def test_organisations_are_filtered_and_paged(self, root) -> None:
        for number in range(55):
            make_organization(name=f"Épicerie {number:02}", status="pending")
        make_organization(name="Régie 100 %", kind="landlord", registration="732829320")
        assert "Régie" in root.get("/plateforme/organisations?q=100+%25").text
        assert "Régie" in root.get("/plateforme/organisations?q=732+829").text
        landlords = root.get("/plateforme/organisations?kind=landlord").text
        assert "Régie" in landlords
        assert "Épicerie" not in landlords
        first = root.get("/plateforme/organisations?status=pending").text
        assert "Épicerie 49" in first
        assert "Épicerie 50" not in first
        following = re.search(r'href="(/plateforme/organisations\?after=[^"]+)"', first)[1].replace("&amp;", "&")
        assert "Épicerie 50" in root.get(following).text

    def test_people_are_found_by_address_and_deactivated(self, app, root, org) -> None:
        user = make_user(org, email="camille.durand@organisation.example")
        browser = sign_in(app.test_client(), user)
        assert user.name in root.get("/plateforme/personnes?q=camille").text
        assert user.name not in root.get("/plateforme/personnes?q=ca").text
        assert root.post(f"/plateforme/personnes/{user.id}/desactiver").status_code == 303
        assert browser.get("/compte").status_code == 303
        assert browser.post("/connexion", data={"email": user.email, "password": PASSWORD}).status_code == 422
        assert root.post(f"/plateforme/personnes/{user.id}/reactiver").status_code == 303
        assert browser.post("/connexion", data={"email": user.email, "password": PASSWORD}).status_code == 303

    def test_a_dead_letter_is_replayed(self, root) -> None:
        with transaction() as tx:
            tx.add(OutboxJob(kind="notifications.mail", error="Timeout", dead_at=audit.clock.now(), attempts=8))
        job_id = session().scalar(select(OutboxJob.id))
        assert "1 envoi a été abandonné." in root.get("/plateforme").text
        assert "notifications.mail" in root.get("/plateforme/envois").text
        assert root.post(f"/plateforme/envois/{job_id}/relancer").status_code == 303
        assert root.post(f"/plateforme/envois/{job_id}/relancer").status_code == 404
        assert "Tout est parti" in root.get("/plateforme/envois").text

    def test_a_touched_journal_is_seen(self, root, org, admin) -> None:
        with transaction() as tx:
            audit.record(tx, actor_of(admin, org), "session.opened", "session", None)
        assert "Le journal est intact" in root.get("/plateforme/journal?controle=1").text
        with transaction() as tx:
            touched = select(audit.AuditEntry).where(audit.AuditEntry.chain == org.id)
            tx.scalars(touched).one().action = "session.closed"
        page = root.get("/plateforme/journal?controle=1").text
        assert "Le journal a été retouché" in page
        assert org.name in page

    def test_others_have_no_business_here(self, app, org, admin) -> None:
        browser = sign_in(app.test_client(), admin)
        for path in ("", "/organisations", "/personnes", "/envois", "/journal", f"/organisations/{org.id}"):
            assert browser.get(f"/plateforme{path}").status_code == 403

    def test_nobody_shuts_themselves_out(self, app: Flask, host) -> None:
        user = make_user(host, ("platform_admin",))
        who = actor_of(user, host)
        with pytest.raises(Conflict):
            service.deactivate_user(who, user_id=user.id)
        with pytest.raises(Conflict):
            service.suspend_organization(who, org_id=host.id, reason="erreur")


class TestLoading:
    """The verbs that the command line and the demonstration call."""

    def test_an_organisation_with_people_two_factors_and_a_key(self, app: Flask, client: FlaskClient) -> None:
        org_id = service.create_organization(
            SYSTEM, name="OPH", kind="landlord", country="FR", registration="732829320", status="vetted"
        )
        user_id = service.create_user(
            SYSTEM, email="Anna@OPH.example", name="Anna", password=FRESH, org_id=org_id, roles=["referent", "lead"]
        )
        other = make_organization(kind="umbrella")
        service.add_membership(SYSTEM, user_id=user_id, org_id=other.id, roles=["coordinator"])
        assert (
            service.enrol_totp(SYSTEM, user_id=user_id, secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
            == "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
        )
        secret = service.issue_token(
            SYSTEM, user_id=user_id, org_id=org_id, label="essai", scopes=["referral.send"], expires_at=None
        )
        me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).get_json()
        assert me["roles"] == ["lead", "referent"]
        assert me["organization"] == {
            "id": str(org_id),
            "name": "OPH",
            "kind": "landlord",
            "country": "FR",
            "vetted": True,
        }
        answer = client.post("/connexion", data={"email": "anna@oph.example", "password": FRESH})
        assert answer.location.startswith("/connexion/second-facteur")
        assert list(audit.verify(session())) == []

    def test_nobody_else_may(self, app: Flask, org, admin) -> None:
        who = actor_of(admin, org)
        for verb in (
            lambda: service.create_organization(who, name="X", kind="landlord", country="FR"),
            lambda: service.create_user(who, email=NEWCOMER, name="X", password=FRESH, org_id=org.id, roles=["intake"]),
            lambda: service.enrol_totp(who, user_id=admin.id),
            lambda: service.add_membership(who, user_id=admin.id, org_id=org.id, roles=["intake"]),
        ):
            with pytest.raises(Forbidden):
                verb()

    def test_a_secret_that_no_application_takes_is_refused(self, app: Flask, admin) -> None:
        with pytest.raises(Invalid):
            service.enrol_totp(SYSTEM, user_id=admin.id, secret="JBSWY3DP")

    def test_an_address_is_one_person(self, app: Flask, org, admin) -> None:
        join(admin, make_organization())
        with pytest.raises(Conflict):
            service.create_user(SYSTEM, email=admin.email, name="X", password=FRESH, org_id=org.id, roles=["intake"])
