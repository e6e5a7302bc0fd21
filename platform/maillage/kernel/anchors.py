"""Anchors of the audit trail, outside the database: who rewrites its tables is found out by what was noted here before.

A line of the file tells the ends of the chains that have grown, and the digest of the line before it. The digest of the
last line therefore stands for the whole file: sent away, it is enough to notice that the file was rewritten too.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock
from maillage.kernel.audit import GENESIS, AuditEntry, AuditHead
from maillage.kernel.paths import append_line, whole_lines
from maillage.kernel.scope import unscoped


@dataclass(frozen=True, slots=True)
class Break:
    """Where the trail is not what it was: the first bad entry of a chain, or the first bad line of the anchors."""

    chain: UUID | None
    seq: int

    def __str__(self) -> str:
        if self.chain is None:
            return f"anchors: broken at line {self.seq}"
        return f"chain {self.chain}: broken at entry {self.seq}"


def anchor(session: Session, path: Path) -> int:
    """Note the end of every chain that has grown since the last time; returns how many."""
    lines = whole_lines(path)
    known = {chain: seq for line in lines for chain, (seq, _) in _heads(line).items()}
    heads = session.scalars(select(AuditHead).where(AuditHead.seq > 0).order_by(AuditHead.chain))
    grown = {str(head.chain): [head.seq, head.digest] for head in heads if head.seq != known.get(str(head.chain))}
    if grown:
        told = {"at": clock.now().isoformat(), "previous": fingerprint(lines), "heads": grown}
        append_line(path, json.dumps(told, sort_keys=True))
    return len(grown)


def fingerprint(lines: list[str]) -> str:
    """What stands for these lines and all before them."""
    return hashlib.sha256(lines[-1].encode()).hexdigest() if lines else GENESIS


def verify(session: Session, path: Path, *, told: str | None = None) -> list[Break]:
    """Every broken chain with its first bad entry, checked against the anchors too. Empty: the trail is whole.

    `told` is a fingerprint of the anchors that was kept elsewhere: it must be the one of some line.
    """
    lines = whole_lines(path)
    bad = list(_broken_lines(lines))
    if told and told not in {fingerprint([line]) for line in lines}:
        bad = bad or [Break(None, len(lines) + 1)]
    found = {chain: seq for chain, seq in audit.verify(session)}
    with unscoped("the whole trail is compared with its anchors", AuditEntry):
        for chain, seq in _against(session, lines):
            found[chain] = min(seq, found.get(chain, seq))
    return bad[:1] + [Break(chain, seq) for chain, seq in sorted(found.items())]


def _broken_lines(lines: list[str]) -> Iterator[Break]:
    for number, line in enumerate(lines, start=1):
        if _read(line).get("previous") != fingerprint(lines[: number - 1]):
            yield Break(None, number)


def _against(session: Session, lines: list[str]) -> Iterator[tuple[UUID, int]]:
    """The first entry of each chain that may differ from what was anchored: the one after the last that agrees."""
    agreed: dict[str, int] = {}
    broken: set[str] = set()
    for line in lines:
        for chain, (seq, digest) in _heads(line).items():
            if chain in broken:
                continue
            if _digest(session, UUID(chain), seq) == digest:
                agreed[chain] = max(seq, agreed.get(chain, 0))
            else:
                broken.add(chain)
                yield UUID(chain), _first_missing(session, UUID(chain), agreed.get(chain, 0), seq)


def _first_missing(session: Session, chain: UUID, after: int, until: int) -> int:
    """The first entry that is gone where a tail was cut; the first that is not proven where entries were rewritten."""
    there = select(AuditEntry.seq).where(AuditEntry.chain == chain, AuditEntry.seq > after, AuditEntry.seq <= until)
    found = set(session.scalars(there))
    missing = [seq for seq in range(after + 1, until + 1) if seq not in found]
    return missing[0] if missing else after + 1


def _digest(session: Session, chain: UUID, seq: int) -> str | None:
    return session.scalar(select(AuditEntry.digest).where(AuditEntry.chain == chain, AuditEntry.seq == seq))


def _heads(line: str) -> dict[str, tuple[int, str]]:
    heads: dict[str, tuple[int, str]] = _read(line).get("heads", {})
    return heads


def _read(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
