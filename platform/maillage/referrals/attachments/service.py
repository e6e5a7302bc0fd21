"""Joining a document to a referral, reading it, taking it back, and sweeping what nothing points to any more."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, content_keys, files, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import session as reading
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.kernel.uploads import Upload
from maillage.referrals import notices, sealing
from maillage.referrals.attachments import policy, queries
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.attachments.queries import About
from maillage.referrals.models import Referral
from maillage.referrals.policy import right_of
from maillage.referrals.queries.scope import load

SWEPT_AFTER = timedelta(days=1)
FULL = f"Cette orientation a déjà {policy.MOST_DOCUMENTS} documents : retirez-en un d’abord."


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """`file_name` is what a reader's computer will call it: the reference, since a name on a shared computer tells."""

    file_name: str
    about: About
    chunks: Iterator[bytes]


def attach(actor: Actor, *, referral_id: UUID, upload: Upload, folder: Path, also: Iterable[UUID] = ()) -> UUID:
    """Join a checked file to a referral, and the same to those of `also`, each sealed under its own key; the other
    side is told. A file whose transaction fails stays unnamed on disk, sealed, until it is swept."""
    made = []
    with transaction() as session:
        for one in dict.fromkeys((referral_id, *also)):
            made.append(_attach(session, actor, one, upload, folder))
    return made[0]


def opened(actor: Actor, *, referral_id: UUID, document_id: UUID, folder: Path) -> OpenedDocument:
    """A document to read; each opening leaves a trace. Raises NotFound for one that the actor may not read yet."""
    with transaction() as session:
        referral, side, document = queries.load_document(session, actor, referral_id, document_id)
        if not policy.may_read(side, referral, document, clock.now()):
            raise NotFound()
        key = sealing.referral_key(session, referral.id)
        about = queries.open_about(key, referral, document)
        chunks = files.read_sealed(folder, key, document.stored, queries.context(referral, document.id, "bytes"))
        audit.record(session, actor, "referral.document_open", "referral", referral.id, document=str(document.id))
        return OpenedDocument(f"document-{referral.reference}{PurePath(about.name).suffix}", about, chunks)


def remove(actor: Actor, *, referral_id: UUID, document_id: UUID, folder: Path) -> None:
    """Take back a document of one's own side: it is gone for both."""
    with transaction() as session:
        referral, side, document = queries.load_document(session, actor, referral_id, document_id)
        if not policy.may_remove(actor, side, referral, document):
            raise Forbidden()
        stored = document.stored
        session.delete(document)
        audit.record(session, actor, "referral.document_remove", "referral", referral.id, document=str(document_id))
    files.remove(folder, stored)


def drop_all(referral_id: UUID, *, folder: Path) -> None:
    """Everything that was joined to a referral whose content was withdrawn."""
    with transaction() as session:
        ours = ReferralDocument.referral_id == referral_id
        stored = session.scalars(select(ReferralDocument.stored).where(ours)).all()
        session.execute(delete(ReferralDocument).where(ours))
    for name in stored:
        files.remove(folder, name)


def sweep(now: datetime, *, folder: Path) -> int:
    """Remove what nothing opens any more: documents whose referral lost its key, files without a document (a crash
    between the file and its row). Returns how many files went."""
    with transaction() as session:
        rows = session.execute(select(ReferralDocument.id, ReferralDocument.referral_id)).all()
        kept = content_keys.kept(session, sealing.REFERRAL, {row.referral_id for row in rows})
        lost = [row.id for row in rows if row.referral_id not in kept]
        session.execute(delete(ReferralDocument).where(ReferralDocument.id.in_(lost)))
    known = set(reading().scalars(select(ReferralDocument.stored)))
    gone = [name for name in files.names_older_than(folder, (now - SWEPT_AFTER).timestamp()) if name not in known]
    for name in gone:
        files.remove(folder, name)
    return len(gone)


def _attach(session: Session, actor: Actor, referral_id: UUID, upload: Upload, folder: Path) -> UUID:
    referral, side = load(session, actor, referral_id)
    if not actor.can(right_of(side, referral)):
        raise Forbidden()
    if not policy.may_attach(actor, side, referral, clock.now()):
        raise Conflict("Cette orientation est close : rien ne peut plus y être joint.")
    if queries.count(session, referral.id) >= policy.MOST_DOCUMENTS:
        raise Invalid(fields={"file": FULL})
    assert actor.org_id is not None and actor.user_id is not None
    document = ReferralDocument(
        id=new_id(), referral_id=referral.id, org_id=actor.org_id, user_id=actor.user_id, side=side
    )
    _keep(session, referral, document, upload, folder)
    audit.record(session, actor, "referral.document_attach", "referral", referral.id, document=str(document.id))
    outbox.enqueue(
        session,
        notices.JOB_DOCUMENT,
        {"document_id": str(document.id)},
        dedup_key=f"referral.document:{document.id}",
    )
    return document.id


def _keep(session: Session, referral: Referral, document: ReferralDocument, upload: Upload, folder: Path) -> None:
    key, size = sealing.referral_key(session, referral.id), len(upload.data)
    where = queries.context(referral, document.id, "bytes")
    document.stored = files.write_sealed(folder, key, io.BytesIO(upload.data), size, where)
    about = About(name=upload.name, media_type=upload.media_type, size=size)
    document.about_sealed = queries.seal_about(key, referral, document.id, about)
    session.add(document)
