"""The audit trail: append-only, hash-chained per organisation, written in the transaction of what it tells.

An entry says who did what to which subject, with codes and ids. Sealed content never enters it.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    Index,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.scope import unscoped
from maillage.kernel.walls import Viewer, Walled, of_subject

PLATFORM_CHAIN = UUID(int=0)
GENESIS = "0" * 64


class AuditHead(Base):
    """The end of one chain. Locking it is what makes concurrent writers queue."""

    __tablename__ = "audit_head"

    chain: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class AuditEntry(Walled, Base):
    __tablename__ = "audit_entry"
    __table_args__ = (UniqueConstraint("chain", "seq"), Index("ix_audit_entry_actor_id_at", "actor_id", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    chain: Mapped[UUID]
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID | None]
    org_id: Mapped[UUID | None]
    channel: Mapped[str] = mapped_column(String(8))
    action: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    digest: Mapped[str] = mapped_column(String(64))

    append_only = True

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        """An organisation reads its own chain, and what was done with a referral in which it has a part; a person,
        what they did themselves."""
        own = (cls.chain == viewer.org_id) | (cls.actor_id == viewer.user_id)
        return own | of_subject(cls.subject_kind, cls.subject_id, viewer)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        """What happens at the door is told too, before anybody acts."""
        return true()

    def expected_digest(self, previous: str) -> str:
        told = [
            previous,
            str(self.chain),
            self.seq,
            self.at.isoformat(timespec="microseconds"),
            str(self.actor_id),
            str(self.org_id),
            self.channel,
            self.action,
            self.subject_kind,
            str(self.subject_id),
            self.details,
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


_HEADS: Table = vars(AuditHead)["__table__"]
_ENTRIES: Table = vars(AuditEntry)["__table__"]
_NEW_END: dict[str, Any] = {"seq": bindparam("to"), "digest": bindparam("by")}
# Written once: an entry goes with every act, and building these takes longer than running them.
_END = select(_HEADS.c.seq, _HEADS.c.digest).where(_HEADS.c.chain == bindparam("of")).with_for_update()
_APPEND = insert(_ENTRIES)
_BEGIN = insert(_HEADS).values(chain=bindparam("of"), **_NEW_END)
_LINK = update(_HEADS).where(_HEADS.c.chain == bindparam("of")).values(**_NEW_END)


def open_chain(session: Session, org_id: UUID) -> None:
    """Start the chain of a new organisation, so that its first two writers do not race to do it."""
    session.add(AuditHead(chain=org_id, seq=0, digest=GENESIS))


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    **details: str | int | bool | None,
) -> None:
    """Append one entry to the chain of the actor's organisation; three statements, in the caller's transaction."""
    chain = actor.org_id or PLATFORM_CHAIN
    if actor.mailbox:
        details["mailbox"] = actor.mailbox
    session.flush()  # what is told comes first: whoever waits for a row of it does not hold the chain meanwhile
    head = session.execute(_END, {"of": chain}).one_or_none()
    seq, previous = (head.seq, head.digest) if head else (0, GENESIS)
    entry = AuditEntry(
        id=new_id(),
        chain=chain,
        seq=seq + 1,
        at=clock.now(),
        actor_id=actor.user_id,
        org_id=actor.org_id,
        channel=actor.channel.value,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=details,
    )
    entry.digest = entry.expected_digest(previous)
    session.execute(_APPEND, {column.key: getattr(entry, column.key) for column in _ENTRIES.columns})
    session.execute(_LINK if head else _BEGIN, {"of": chain, "to": entry.seq, "by": entry.digest})


def verify(session: Session) -> list[tuple[UUID, int]]:
    """First broken place of each broken chain, as (chain, sequence number). Nothing found: the trail is whole."""
    with unscoped("the whole trail is verified", AuditEntry):
        return list(_breaks(session))


def _breaks(session: Session) -> Iterator[tuple[UUID, int]]:
    for head in session.scalars(select(AuditHead).order_by(AuditHead.chain)):
        broken = _first_break(session, head)
        if broken is not None:
            yield head.chain, broken
    headless = select(AuditEntry.chain).where(AuditEntry.chain.not_in(select(AuditHead.chain))).distinct()
    for chain in session.scalars(headless.order_by(AuditEntry.chain)):
        yield chain, 1


def _first_break(session: Session, head: AuditHead) -> int | None:
    """Entries written while this reads come after `head.seq`: they are left to the next verification."""
    end, digest = head.seq, head.digest
    previous, expected = GENESIS, 1
    entries = select(AuditEntry).where(AuditEntry.chain == head.chain, AuditEntry.seq <= end).order_by(AuditEntry.seq)
    for entry in session.scalars(entries.execution_options(yield_per=1000)):
        if entry.seq != expected or entry.digest != entry.expected_digest(previous):
            return expected
        previous, expected = entry.digest, expected + 1
    if (end, digest) != (expected - 1, previous):
        return expected
    return _beyond(session, head.chain)


def _beyond(session: Session, chain: UUID) -> int | None:
    """The first entry that its chain's head does not know, head and entries read in one statement."""
    latest = select(func.max(AuditEntry.seq)).where(AuditEntry.chain == chain).scalar_subquery()
    seq, last = session.execute(select(AuditHead.seq, latest).where(AuditHead.chain == chain)).one()
    return seq + 1 if last is not None and last > seq else None
