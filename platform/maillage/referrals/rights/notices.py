"""What is told around the life of a situation, and to whom. Neutral: neither who, nor what, nor where."""

from uuid import UUID

from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients, recipients_for_users
from maillage.notifications.kinds import Group, NoticeKind, register
from maillage.notifications.service import post
from maillage.notifications.values import Notice
from maillage.referrals import policy
from maillage.referrals.handover.queries import takers
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral, Situation
from maillage.referrals.notices import link
from maillage.referrals.service.telling import answering

JOB_ENDING = "rights.ending"
JOB_ERASED = "rights.erased"
JOB_RECTIFIED = "rights.rectified"

ENDING = register(
    NoticeKind(
        code="rights.ending",
        label="Une situation que vous avez écrite va être effacée",
        subject="Une conservation arrive à son terme",
        body="Une situation sera effacée dans trente jours.\n"
        "Si elle doit être gardée, dites pourquoi dans Maillage ; sinon, vous n’avez rien à faire.",
        group=Group.FILES,
    )
)
ERASED = register(
    NoticeKind(
        code="rights.erased",
        label="Une orientation que vous aviez reçue est effacée",
        subject="Une orientation est effacée",
        body="Une orientation que vous aviez reçue est effacée de Maillage.\n"
        "Si vous en gardez une copie ailleurs, voyez si vous devez l’effacer aussi.",
        group=Group.FILES,
    )
)
RECTIFIED = register(
    NoticeKind(
        code="rights.rectified",
        label="Une fiche que vous avez reçue est rectifiée",
        subject="Une fiche a été rectifiée",
        body="La fiche d’une orientation a été rectifiée.\nConnectez-vous à Maillage pour lire la nouvelle version.",
        group=Group.FILES,
    )
)


def tell_ending(session: Session, situation: Situation, dedup_key: str) -> None:
    """Who wrote it; those who follow for the house once they left."""
    told = recipients_for_users(session, [situation.created_by], org_id=situation.org_id)
    told = told or recipients(session, situation.org_id, policy.READ_ORGANIZATION)
    notice = Notice(ENDING.code, f"/situations/{situation.id}/droits", situation.id)
    post(session, notice=notice, recipients=told, dedup_key=dedup_key)


def tell_erased(session: Session, org_id: UUID, dedup_key: str) -> None:
    told = recipients(session, org_id, policy.ANSWER)
    post(session, notice=Notice(ERASED.code, "/vos-donnees"), recipients=told, dedup_key=dedup_key)


def tell_rectified(session: Session, referral: Referral, dedup_key: str) -> None:
    told = takers(session, referral) if row_of(referral).inside else answering(session, referral)
    notice = Notice(RECTIFIED.code, link(referral.id), referral.id)
    post(session, notice=notice, recipients=told, dedup_key=dedup_key)
