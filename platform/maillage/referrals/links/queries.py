"""Reads of links: what a secret opens, and what it is worth now."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization
from maillage.accounts.queries import answering_mailbox, answers_from_mailbox, held
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.crypto import hash_secret
from maillage.kernel.scope import act_as, unscoped
from maillage.referrals.links import policy
from maillage.referrals.links.models import ANSWERING, LinkSession, ReferralLink
from maillage.referrals.links.policy import AccessClosed, LinkOver, Standing
from maillage.referrals.models import Referral
from maillage.referrals.policy import ANSWER
from maillage.referrals.queries.bars import barred_organizations
from maillage.referrals.states import ENDED, State

BEARER = "a secret names its referral, and so who its bearer acts for"


@dataclass(frozen=True, slots=True)
class Found:
    """A link of ours, with all that decides what it is worth."""

    link: ReferralLink
    referral: Referral
    body: Organization
    standing: Standing

    @property
    def actor(self) -> Actor:
        return policy.bearer(self.body, self.link)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who typed the code of a link in this browser."""

    actor: Actor
    session_id: UUID
    referral: Referral

    @property
    def over(self) -> bool:
        """Nothing is left to read or to do: only thanks, and the account to be claimed."""
        return State(self.referral.state) in ENDED


def find(session: Session, secret: str, *, lock: bool = False) -> Found:
    """The link that carries this secret, whatever it is worth. Raises LinkOver for none."""
    query = (
        select(ReferralLink, Referral, Organization, answers_from_mailbox(ANSWER), held(ANSWER))
        .join(Referral, Referral.id == ReferralLink.referral_id)
        .join(Organization, Organization.id == Referral.receiver_org_id)
        .where(ReferralLink.secret_hash == hash_secret(secret), ReferralLink.purpose == ANSWERING)
    )
    with unscoped(BEARER, Referral):
        row = session.execute(query.with_for_update(of=ReferralLink) if lock else query).one_or_none()
    if row is None:
        raise LinkOver()
    link, referral, body, from_mailbox, claimed = row
    mailbox = body.email if from_mailbox and not _barred(session, referral) else None
    to_sign_in = bool(claimed) or referral.in_vault  # no link opens a vault
    worth = policy.standing(link, referral, mailbox, claimed=to_sign_in, now=clock.now())
    found = Found(link, referral, body, worth)
    act_as(found.actor)
    return found


def mailbox_of(session: Session, referral: Referral) -> Organization | None:
    """The receiver, when it answers from its mailbox and is not barred from the situation."""
    body = answering_mailbox(session, referral.receiver_org_id, ANSWER)
    return body if body is not None and not _barred(session, referral) else None


def guest(session: Session, referral_id: UUID, secret: str | None) -> Guest:
    """Who holds a session of a link of this referral. Raises AccessClosed, for an unknown referral as well."""
    query = (
        select(LinkSession.id, ReferralLink, Referral, Organization)
        .join(ReferralLink, ReferralLink.id == LinkSession.link_id)
        .join(Referral, Referral.id == ReferralLink.referral_id)
        .join(Organization, Organization.id == Referral.receiver_org_id)
        .where(
            LinkSession.secret_hash == hash_secret(secret or ""),
            LinkSession.closed_at.is_(None),
            LinkSession.expires_at > clock.now(),
            ReferralLink.referral_id == referral_id,
            ReferralLink.mailbox == Organization.email,
            answers_from_mailbox(ANSWER),
        )
    )
    with unscoped(BEARER, Referral):
        row = session.execute(query).one_or_none()
    if row is None:
        raise AccessClosed()
    session_id, link, referral, body = row
    found = Guest(policy.bearer(body, link), session_id, referral)
    act_as(found.actor)
    if referral.in_vault or _barred(session, referral):
        raise AccessClosed()
    return found


def _barred(session: Session, referral: Referral) -> bool:
    return referral.receiver_org_id in barred_organizations(session, referral.situation_id)
