"""Who may rewrite whole tables is found out by the anchors, and who rewrites the anchors by their fingerprint."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from maillage.kernel import anchors, audit
from maillage.kernel.actor import Actor
from maillage.kernel.audit import GENESIS, AuditEntry, AuditHead
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_id
from maillage.kernel.paths import append_line, whole_lines

pytestmark = pytest.mark.security


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "anchors.jsonl"


@pytest.fixture
def actor(app: Flask, path: Path) -> Actor:
    """Nine entries; anchors after the third and the sixth."""
    actor = Actor(user_id=new_id(), org_id=new_id())
    for number in range(9):
        if number in (3, 6):
            assert anchors.anchor(session(), path) == 1
        with transaction() as tx:
            audit.record(tx, actor, "test.step", "test", None, number=number)
    return actor


def rewrite_from(tx: Session, start: int) -> None:
    """Change what entry `start` tells and forge every digest after it: the chain by itself is whole."""
    previous = tx.scalar(select(AuditEntry.digest).where(AuditEntry.seq == start - 1)) or GENESIS
    for entry in tx.scalars(select(AuditEntry).where(AuditEntry.seq >= start).order_by(AuditEntry.seq)):
        entry.action = "test.innocent" if entry.seq == start else entry.action
        entry.digest = previous = entry.expected_digest(previous)
    tx.execute(update(AuditHead).values(digest=previous))


def truncate_from(tx: Session, start: int) -> None:
    """Cut the tail and move the head back to where it was."""
    tx.execute(delete(AuditEntry).where(AuditEntry.seq >= start))
    last = tx.scalar(select(AuditEntry.digest).where(AuditEntry.seq == start - 1)) or GENESIS
    tx.execute(update(AuditHead).values(seq=start - 1, digest=last))


def insert_at(tx: Session, start: int) -> None:
    """Slip an entry in: those after it move up, with new digests."""
    entries = tx.scalars(select(AuditEntry).where(AuditEntry.seq >= start).order_by(AuditEntry.seq.desc())).all()
    for entry in entries:
        entry.seq += 1
        tx.flush()
    first = entries[-1]
    forged = AuditEntry(
        chain=first.chain, seq=start, at=first.at, channel="web", action="test.forged", subject_kind="test", details={}
    )
    forged.digest = GENESIS
    tx.add(forged)
    tx.execute(update(AuditHead).values(seq=AuditHead.seq + 1))
    tx.flush()
    rewrite_from(tx, start)


def remove_everything(tx: Session, _start: int) -> None:
    tx.execute(delete(AuditEntry))
    tx.execute(delete(AuditHead))


@pytest.mark.parametrize(
    ("tamper", "start", "place"),
    [
        (rewrite_from, 1, 1),
        (rewrite_from, 2, 1),  # anchored up to 3 with another end: none of the first three is proven
        (rewrite_from, 5, 4),
        (truncate_from, 2, 2),
        (truncate_from, 6, 6),
        (insert_at, 3, 1),
        (insert_at, 5, 4),
        (remove_everything, 1, 1),
    ],
)
def test_a_forged_chain_is_found_by_its_anchors(
    actor: Actor, path: Path, tamper: Callable[[Session, int], None], start: int, place: int
) -> None:
    assert anchors.verify(session(), path) == []
    with transaction() as tx:
        tamper(tx, start)
    session().expire_all()
    assert list(audit.verify(session())) == [], "the chain alone tells nothing"
    assert anchors.verify(session(), path) == [anchors.Break(actor.org_id, place)]


def test_what_came_after_the_last_anchor_is_guarded_by_the_next_one_only(actor: Actor, path: Path) -> None:
    with transaction() as tx:
        rewrite_from(tx, 8)
    assert anchors.verify(session(), path) == []
    assert anchors.anchor(session(), path) == 1
    assert anchors.anchor(session(), path) == 0


def test_a_rewritten_file_of_anchors_is_found(actor: Actor, path: Path) -> None:
    kept_elsewhere = anchors.fingerprint(whole_lines(path))
    assert anchors.verify(session(), path, told=kept_elsewhere) == []
    first, second = whole_lines(path)
    path.write_text(first.replace('"heads"', '"other"') + f"\n{second}\n")
    assert anchors.verify(session(), path)[0] == anchors.Break(None, 2)

    with transaction() as tx:
        rewrite_from(tx, 2)
    path.unlink()
    anchors.anchor(session(), path)
    assert anchors.verify(session(), path) == [], "all was forged together"
    assert anchors.verify(session(), path, told=kept_elsewhere) == [anchors.Break(None, 2)]


def test_a_line_cut_by_a_crash_is_not_counted_and_not_glued_to(path: Path) -> None:
    append_line(path, json.dumps({"a": 1}))
    with path.open("a") as file:
        file.write('{"b": ')
    assert whole_lines(path) == ['{"a": 1}']
    append_line(path, json.dumps({"c": 3}))
    assert whole_lines(path) == ['{"a": 1}', '{"c": 3}']
