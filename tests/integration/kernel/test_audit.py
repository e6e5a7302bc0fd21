"""Tampering with the trail is found, and named."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.audit import AuditEntry, AuditHead
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_id

ENTRIES = 6


@pytest.fixture
def actor(app: Flask) -> Actor:
    actor = Actor(user_id=new_id(), org_id=new_id())
    with transaction() as tx:
        audit.open_chain(tx, actor.org_id)
    for number in range(ENTRIES):
        with transaction() as tx:
            audit.record(tx, actor, "test.step", "test", None, number=number)
    return actor


def edit(tx: Session) -> None:
    tx.execute(update(AuditEntry).where(AuditEntry.seq == 3).values(action="test.other"))


def remove(tx: Session) -> None:
    tx.execute(delete(AuditEntry).where(AuditEntry.seq == 3))


def swap(tx: Session) -> None:
    tx.execute(update(AuditEntry).where(AuditEntry.seq == 3).values(seq=99))
    tx.execute(update(AuditEntry).where(AuditEntry.seq == 4).values(seq=3))
    tx.execute(update(AuditEntry).where(AuditEntry.seq == 99).values(seq=4))


def truncate(tx: Session) -> None:
    tx.execute(delete(AuditEntry).where(AuditEntry.seq >= 5))


def append_behind_the_head(tx: Session) -> None:
    last = tx.scalars(select(AuditEntry).where(AuditEntry.seq == ENTRIES)).one()
    forged = AuditEntry(
        chain=last.chain, seq=ENTRIES + 1, at=last.at, channel="web", action="forged", subject_kind="test", details={}
    )
    forged.digest = forged.expected_digest(last.digest)
    tx.add(forged)


def remove_the_head(tx: Session) -> None:
    tx.execute(delete(AuditHead))


def forget_the_head(tx: Session) -> None:
    tx.execute(update(AuditHead).values(digest=audit.GENESIS))


@pytest.mark.security
@pytest.mark.parametrize(
    ("tamper", "place"),
    [
        (edit, 3),
        (remove, 3),
        (swap, 3),
        (truncate, 5),
        (append_behind_the_head, 7),
        (forget_the_head, 7),
        (remove_the_head, 1),
    ],
)
def test_tampering_is_found(actor: Actor, tamper: Callable[[Session], None], place: int) -> None:
    assert list(audit.verify(session())) == []
    with transaction() as tx:
        tamper(tx)
    session().expire_all()
    assert list(audit.verify(session())) == [(actor.org_id, place)]
