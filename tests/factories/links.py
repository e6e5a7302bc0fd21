"""An association that nobody has an account in: its mailbox, its mails, and a browser that follows their links."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import make_organization
from factories.directory import make_service
from factories.referrals import Town, send
from maillage.accounts.models import Organization
from maillage.accounts.service import prove_mailbox
from maillage.directory.models import Service
from maillage.kernel import clock, jobs
from maillage.kernel.actor import SYSTEM
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_secret
from maillage.notifications.models import MailMessage
from maillage.referrals.links.models import LinkSession, ReferralLink
from maillage.referrals.links.policy import SESSION_LASTS

MAILBOX = "accueil@jardins.example"


@dataclass(frozen=True)
class Unknown:
    """An organisation without an account, whose mailbox the host vouches for."""

    org: Organization
    service: Service


def make_unknown(mailbox: str = MAILBOX, **overrides: Any) -> Unknown:
    org = make_organization(**({"name": "Les Jardins du Cœur"} | overrides))
    prove_mailbox(SYSTEM, org_id=org.id, email=mailbox, proof="called")
    return Unknown(org, make_service(org))


def mails_to(mailbox: str = MAILBOX) -> list[MailMessage]:
    """What has arrived there, oldest first."""
    jobs.drain()
    session().rollback()
    return list(session().scalars(select(MailMessage).where(MailMessage.recipient == mailbox).order_by(MailMessage.id)))


def secret_in(mail: MailMessage) -> str:
    found = re.search(r"/lien/([\w-]{43})", mail.text)
    assert found is not None, mail.subject
    return found[1]


def code_in(mail: MailMessage) -> str:
    found = re.search(r"Votre code : (\d{4} \d{4})", mail.text)
    assert found is not None, mail.subject
    return found[1]


def sent_by_link(town: Town, unknown: Unknown, **overrides: Any) -> tuple[UUID, str]:
    """A referral to the association, and the secret of the link that its mailbox got."""
    referral_id = send(town, unknown.service, **overrides)[0].id
    return referral_id, secret_in(mails_to(unknown.org.email or MAILBOX)[-1])


def let_in(client: FlaskClient, referral_id: UUID, *, path: str) -> FlaskClient:
    """Give the browser a session of the referral's link, sent along to everything under `path`; the client, to be
    chained."""
    secret = new_secret()
    with transaction() as tx:
        link_id = tx.scalar(select(ReferralLink.id).where(ReferralLink.referral_id == referral_id))
        assert link_id is not None
        lasts = clock.now() + SESSION_LASTS
        tx.add(LinkSession(link_id=link_id, secret_hash=hash_secret(secret), expires_at=lasts))
    client.set_cookie("reponse", secret, path=path)
    return client


def opened(app: Flask, secret: str, mailbox: str = MAILBOX) -> FlaskClient:
    """A browser in which the link was followed and the code typed."""
    client = app.test_client()
    assert client.post(f"/lien/{secret}").status_code == 303
    answer = client.post(f"/lien/{secret}/code", data={"code": code_in(mails_to(mailbox)[-1])})
    assert answer.status_code == 303, answer.text
    return client
