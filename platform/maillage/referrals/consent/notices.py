"""Notices about consents. They never say who, what or where."""

from uuid import UUID

from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients, recipients_for_users
from maillage.notifications.kinds import Group, NoticeKind, register
from maillage.notifications.service import post
from maillage.notifications.values import Notice
from maillage.referrals import policy
from maillage.referrals.models import Referral
from maillage.referrals.notices import link
from maillage.referrals.queries.bars import unbarred

JOB_ENDING = "consent.ending"
JOB_OVERRIDDEN = "consent.overridden"
ADMINISTERS = "organization.administer"

ENDING = register(
    NoticeKind(
        code="consent.ending",
        label="Un accord que vous avez recueilli arrive à son terme",
        subject="Un accord arrive à son terme",
        body="Un accord se termine bientôt.\n"
        "Connectez-vous à Maillage pour noter qu’il est redonné ; sinon, vous n’avez rien à faire : l’accès se ferme.",
        group=Group.FILES,
    )
)
OVERRIDDEN = register(
    NoticeKind(
        code="consent.overridden",
        label="Quelqu’un de votre organisation transmet malgré une opposition",
        subject="Une décision demande votre regard",
        body="Une orientation est partie sur un fondement que vous devez connaître.\nConnectez-vous à Maillage.",
        essential=True,
    )
)


def tell_ending(session: Session, referral: Referral, dedup_key: str) -> None:
    """Who sent it; those who follow for the house once they left."""
    told = recipients_for_users(session, [referral.sender_user_id], org_id=referral.sender_org_id)
    told = told or recipients(session, referral.sender_org_id, policy.READ_ORGANIZATION)
    told = unbarred(session, referral.situation_id, told)
    post(session, notice=Notice(ENDING.code, link(referral.id), referral.id), recipients=told, dedup_key=dedup_key)


def tell_overridden(session: Session, referral: Referral, by: UUID | None, dedup_key: str) -> None:
    """The others who may override; where there is none, who administers."""
    told = [it for it in recipients(session, referral.sender_org_id, policy.OVERRIDE) if it.user_id not in (None, by)]
    told = unbarred(session, referral.situation_id, told)
    told = told or recipients(session, referral.sender_org_id, ADMINISTERS)
    notice = Notice(OVERRIDDEN.code, link(referral.id), referral.id, urgent=True)
    post(session, notice=notice, recipients=told, dedup_key=dedup_key)
