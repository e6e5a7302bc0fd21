"""The documents of one referral, as one actor may see them now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maillage.accounts.queries import user_names
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.crypto import seal, unseal
from maillage.kernel.errors import NotFound
from maillage.referrals import sealing
from maillage.referrals.attachments import policy
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.codes import Side
from maillage.referrals.models import Referral
from maillage.referrals.queries.scope import load


class About(BaseModel):
    """What is sealed of a document besides its bytes. `size` in bytes."""

    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in the list. Before the receiver may read it, only that there is one: `about` is None."""

    id: UUID
    at: datetime
    side: Side
    user_name: str
    about: About | None
    may_remove: bool


@dataclass(frozen=True, slots=True)
class Documents:
    lines: tuple[DocumentLine, ...]
    may_attach: bool


def documents(session: Session, actor: Actor, referral_id: UUID) -> Documents:
    """The documents of a referral, oldest first. Raises NotFound."""
    referral, side = load(session, actor, referral_id)
    now = clock.now()
    query = select(ReferralDocument).where(ReferralDocument.referral_id == referral.id)
    rows = session.scalars(query.order_by(ReferralDocument.at, ReferralDocument.id)).all()
    names = user_names(session, {row.user_id for row in rows})
    key = sealing.referral_keys(session, [referral.id]).get(referral.id) if rows else None
    lines = tuple(
        DocumentLine(
            id=row.id,
            at=row.at,
            side=Side(row.side),
            user_name=names.get(row.user_id, ""),
            about=open_about(key, referral, row) if policy.may_read(side, referral, row, now) else None,
            may_remove=policy.may_remove(actor, side, referral, row),
        )
        for row in rows
        if key is not None
    )
    return Documents(lines, policy.may_attach(actor, side, referral, now))


def count(session: Session, referral_id: UUID) -> int:
    """How many were joined to a referral that the caller has looked up for its reader."""
    query = select(func.count()).select_from(ReferralDocument).where(ReferralDocument.referral_id == referral_id)
    return session.scalar(query) or 0


def load_document(
    session: Session, actor: Actor, referral_id: UUID, document_id: UUID
) -> tuple[Referral, Side, ReferralDocument]:
    """One document of a referral that exists for the actor. Raises NotFound."""
    referral, side = load(session, actor, referral_id)
    document = session.get(ReferralDocument, document_id)
    if document is None or document.referral_id != referral.id:
        raise NotFound()
    return referral, side, document


def seal_about(key: bytes, referral: Referral, document_id: UUID, about: About) -> bytes:
    return seal(key, about.model_dump(), context(referral, document_id, "about"))


def open_about(key: bytes, referral: Referral, document: ReferralDocument) -> About:
    return About.model_validate(unseal(key, document.about_sealed, context(referral, document.id, "about")))


def context(referral: Referral, document_id: UUID, field: str) -> str:
    """What a document is bound to: it opens in this referral, between these two organisations, and nowhere else."""
    return sealing.context("referral_document", document_id, field, referral.sender_org_id, referral.receiver_org_id)
