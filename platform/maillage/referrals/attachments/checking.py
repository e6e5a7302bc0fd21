"""Whether the files on disk are those that the database tells of: asked when a copy was put back."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maillage.kernel import files
from maillage.kernel.crypto import SealBroken
from maillage.referrals import sealing
from maillage.referrals.attachments import queries
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.models import Referral


@dataclass(frozen=True, slots=True)
class Checked:
    """Documents in the database, those without their file, how many were opened, and those of them that do not."""

    told: int
    missing: list[UUID]
    opened: int
    broken: list[UUID]


def check_files(session: Session, folder: Path, most: int) -> Checked:
    """Look for the file of each document, and open up to `most` of those that the ring opens, drawn by chance, to
    their end."""
    stored = session.execute(select(ReferralDocument.id, ReferralDocument.stored)).all()
    missing = [row.id for row in stored if not files.path_of(folder, row.stored).is_file()]
    drawn = session.execute(
        select(ReferralDocument, Referral)
        .join(Referral, Referral.id == ReferralDocument.referral_id)
        .where(Referral.in_vault.is_(False))
        .order_by(func.random())
        .limit(most)
    ).all()
    broken = [row.ReferralDocument.id for row in drawn if not _opens(session, folder, *row)]
    return Checked(len(stored), missing, len(drawn), broken)


def _opens(session: Session, folder: Path, document: ReferralDocument, referral: Referral) -> bool:
    try:
        key = sealing.referral_key(session, referral.id)
        for _ in files.read_sealed(folder, key, document.stored, queries.context(referral, document.id, "bytes")):
            pass
    except SealBroken:
        return False
    return True
