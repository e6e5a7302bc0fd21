"""A référent in one browser, an association without an account in another: mails are read in the sink."""

import re
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from factories.links import MAILBOX, Unknown, code_in, mails_to, opened, secret_in, sent_by_link
from factories.pages import TITLE, Visitor, hidden_version, readable
from factories.referrals import (
    ASKED,
    FIRST_NAME,
    LAST_NAME,
    PHONE,
    SECRETS,
    STREET,
    Town,
    make_situation,
    stored,
)
from maillage.accounts.models import Membership
from maillage.kernel import jobs
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session
from maillage.notifications.models import MailMessage
from maillage.referrals import service
from maillage.referrals.content import Plan, StepInput
from maillage.referrals.states import State

FRESH = "quatre mots sans aucun lien"


def state_of(referral_id: UUID) -> str:
    session().rollback()
    return stored(referral_id).state


def accept(page: str) -> dict[str, str]:
    return {"contact": "Samira, accueil", "estimate": "sous huit jours", "version": hidden_version(page)}


def test_from_the_sending_to_the_outcome_and_the_account(app: Flask, town: Town, unknown: Unknown, sender: Visitor):
    referral_id, secret = sent_by_link(town, unknown)
    path = f"/reponse/{referral_id}"
    assert "Envoyée" in sender.get(f"/orientations/{referral_id}")

    browser = app.test_client()
    door = browser.get(f"/lien/{secret}").text
    assert "Recevoir mon code" in door
    assert not [word for word in (*SECRETS, town.landlord.org.name, unknown.org.name, "Béthune") if word in door]
    assert browser.post(f"/lien/{secret}").location == f"/lien/{secret}/code"
    code = code_in(mails_to()[-1])
    assert state_of(referral_id) == State.SENT  # asking for a code is no reading
    entered = browser.post(f"/lien/{secret}/code", data={"code": code})
    assert entered.location == path
    assert "Lue" in sender.get(f"/orientations/{referral_id}")

    card = browser.get(path).text
    assert ASKED in card
    assert not [word for word in (FIRST_NAME, LAST_NAME, PHONE, STREET) if word in card]
    assert browser.post(f"{path}/identite").status_code == 403
    assert browser.post(f"{path}/accepter", data=accept(browser.get(f"{path}/accepter").text)).location == path
    told = readable(sender.get(f"/orientations/{referral_id}"))
    assert "a accepté" in told
    assert f"{unknown.org.name}, par lien" in told
    known = browser.post(f"{path}/identite").text
    assert LAST_NAME in known
    assert PHONE in known
    assert "La boîte de l’organisation, par lien, a lu l’identité" in readable(
        sender.get(f"/orientations/{referral_id}")
    )

    follow_up = mails_to()[-1]
    assert follow_up.subject == "Votre réponse est enregistrée sur Maillage"
    assert browser.get(f"/lien/{secret}").status_code == 404  # one link, one answer
    later = opened(app, secret_in(follow_up))
    later.post(f"{path}/commencer", data={"version": hidden_version(later.get(f"{path}/commencer").text)})
    done = later.post(
        f"{path}/clore", data={"outcome": "covered", "version": hidden_version(later.get(f"{path}/clore").text)}
    )
    assert done.location == f"{path}/merci"
    assert "Terminée" in sender.get(f"/orientations/{referral_id}")
    assert later.get(path).location == f"{path}/merci"

    assert "Créer notre compte" in later.get(f"{path}/merci").text
    refused = later.post(f"{path}/compte", data={"name": "Inès Vidal", "email": "pas une adresse"})
    assert refused.status_code == 422
    assert "Inès Vidal" in refused.text
    claimed = later.post(f"{path}/compte", data={"name": "Inès Vidal", "email": "ines@jardins.example"})
    assert claimed.location == f"{path}/merci"
    (invitation,) = mails_to("ines@jardins.example")
    link = re.search(r"/invitation/\S+", invitation.text)
    assert link is not None
    newcomer = app.test_client()
    newcomer.post(link[0], data={"name": "Inès Vidal", "password": FRESH})
    assert newcomer.post("/connexion", data={"email": "ines@jardins.example", "password": FRESH}).status_code == 303
    session().rollback()
    (roles,) = session().scalars(select(Membership.roles).where(Membership.org_id == unknown.org.id))
    assert set(roles) == {"org_admin", "intake"}


@pytest.mark.parametrize(
    ("slug", "fields", "state"),
    [
        ("demander-une-precision", {"question": "Voit-elle un médecin ?"}, State.INFO_REQUESTED),
        ("mettre-en-attente", {"estimate": "trois semaines", "review_on": "2999-01-01"}, State.WAITLISTED),
        ("decliner", {"reason": "no_capacity"}, State.DECLINED),
        ("retirer-l-accord", {}, State.CANCELLED),
    ],
)
def test_each_answer_is_one_gesture(
    app: Flask, town: Town, unknown: Unknown, slug: str, fields: dict[str, str], state: State
) -> None:
    referral_id, secret = sent_by_link(town, unknown)
    browser = opened(app, secret)
    path = f"/reponse/{referral_id}/{slug}"
    refused = browser.post(path, data={"version": "1"} | ({} if fields else {"note": "x" * 5000}))
    assert refused.status_code == 422
    answer = browser.post(path, data=fields | {"version": hidden_version(browser.get(path).text)})
    assert answer.status_code == 303
    assert state_of(referral_id) == state
    entries = session().scalars(select(AuditEntry).where(AuditEntry.org_id == unknown.org.id)).all()
    assert {(entry.channel, entry.details["mailbox"], entry.actor_id) for entry in entries} == {("link", MAILBOX, None)}


def test_it_may_go_elsewhere_and_a_relay_needs_an_account(app: Flask, town: Town, unknown: Unknown) -> None:
    referral_id, secret = sent_by_link(town, unknown)
    browser = opened(app, secret)
    path = f"/reponse/{referral_id}"
    assert "passer-le-relais" not in browser.get(path).text
    page = browser.get(f"{path}/reorienter").text
    done = browser.post(
        f"{path}/reorienter", data={"service_id": str(town.other_service.id), "version": hidden_version(page)}
    )
    assert done.location == f"{path}/merci"
    assert state_of(referral_id) == State.REDIRECTED


def test_the_sender_knows_before_sending(app: Flask, town: Town, unknown: Unknown, sender: Visitor) -> None:
    situation_id = make_situation(town.landlord.actor)
    plan = Plan.model_validate({"service_ids": [unknown.service.id], "sharing_level": "standard"})
    service.update_situation(town.landlord.actor, situation_id=situation_id, given=StepInput(plan=plan))
    assert "répond par un lien, sans compte" in sender.get(f"/orienter/{situation_id}/partenaires")
    assert "n’a pas encore de compte" in sender.get(f"/orienter/{situation_id}/verifier")


def test_messages_and_an_answer_bring_a_link_and_the_end_brings_none(
    app: Flask, town: Town, unknown: Unknown, sender: Visitor
) -> None:
    referral_id, secret = sent_by_link(town, unknown)
    sender.post(f"/orientations/{referral_id}/messages", text="Elle préfère le matin.")
    browser = opened(app, secret_in(mails_to()[-1]))
    assert "Elle préfère le matin." in browser.get(f"/reponse/{referral_id}").text
    page = sender.get(f"/orientations/{referral_id}/annuler")
    sender.post(f"/orientations/{referral_id}/annuler", reason="La famille s’en occupe.", version=hidden_version(page))
    last = mails_to()[-1]
    assert last.subject == "Un message reçu de Maillage n’attend plus rien"
    assert "/lien/" not in last.text
    assert browser.get(f"/lien/{secret}").status_code == 404


def test_no_mail_tells_anything(app: Flask, town: Town, unknown: Unknown) -> None:
    referral_id, secret = sent_by_link(town, unknown, urgency="urgent")
    browser = opened(app, secret)
    path = f"/reponse/{referral_id}"
    browser.post(f"{path}/accepter", data=accept(browser.get(f"{path}/accepter").text))
    browser.post(f"/lien/{secret}/nouveau")
    jobs.drain()
    session().rollback()
    telling = (*SECRETS, town.landlord.org.name, unknown.org.name, unknown.service.name, "Béthune", "urgent", "isol")
    mails = session().scalars(select(MailMessage)).all()
    assert len(mails) >= 5
    for mail in mails:
        whole = f"{mail.subject} {mail.text} {mail.html} {mail.headers}"
        assert not [word for word in telling if word.casefold() in whole.casefold()], mail.subject
        assert str(referral_id) not in whole or mail.recipient != MAILBOX


def test_titles_and_addresses_tell_nothing(app: Flask, town: Town, unknown: Unknown) -> None:
    referral_id, secret = sent_by_link(town, unknown)
    browser = opened(app, secret)
    path = f"/reponse/{referral_id}"
    for page in (
        path,
        f"{path}/accepter",
        f"{path}/compte",
        f"{path}/merci",
        f"/lien/{secret}",
        f"/lien/{secret}/code",
    ):
        answer = browser.get(page)
        title = TITLE.search(answer.text)
        assert answer.status_code == 200, page
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert title is not None
        assert not [word for word in (*SECRETS, unknown.org.name, town.landlord.org.name) if word in title[1]]
