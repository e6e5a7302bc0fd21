"""Who holds a vault, and what becomes of that when somebody leaves, changes their password or forgets it.

Hashes are made before the caller's transaction: no lock is held meanwhile.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from maillage.accounts import passwords
from maillage.accounts.models import UserSession
from maillage.accounts.queries.presence import IDLE, LONGEST
from maillage.accounts.vault.keys import OpenVault, box_context, locked, member_context
from maillage.accounts.vault.models import Vault, VaultBox, VaultMember, VaultSession
from maillage.kernel import boxes, clock
from maillage.kernel.boxes import KeyPair
from maillage.kernel.crypto import SealBroken, decrypt, encrypt
from maillage.kernel.db import transaction
from maillage.kernel.scope import unscoped

SALT_BYTES: Final = 16
EVERYWHERE: Final = "whoever is shut out or has a new password opens no vault, whichever organisation it is of"


@dataclass(frozen=True, slots=True)
class Lock:
    """A key of a password, with what must be kept to make the same one again."""

    key: bytes = field(repr=False)
    kept: dict[str, Any]

    @classmethod
    def new(cls, password: str) -> "Lock":
        """Raises Busy."""
        salt, (memory_kib, passes) = os.urandom(SALT_BYTES), passwords.cost()
        key = passwords.key_from(password, salt, memory_kib, passes)
        return cls(key, {"salt": salt, "memory_kib": memory_kib, "passes": passes})


@dataclass(frozen=True, slots=True)
class Joining:
    """A new key pair of a person who asks, and the lock of their password."""

    pair: KeyPair = field(repr=False)
    lock: Lock

    @classmethod
    def draw(cls, password: str) -> "Joining":
        return cls(KeyPair.generate(), Lock.new(password))


def join(session: Session, org_id: UUID, user_id: UUID, joining: Joining) -> None:
    """Put a person's key pair in the place of any that they had; they are in once they are given a box."""
    drop(session, org_id, user_id)
    sealed = encrypt(joining.lock.key, joining.pair.private, member_context(org_id, user_id).encode())
    row = VaultMember(org_id=org_id, user_id=user_id, public_key=joining.pair.public, private_sealed=sealed)
    for name, value in joining.lock.kept.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()


def give(session: Session, found: OpenVault, user_id: UUID, public: bytes, *, by: UUID) -> None:
    """Let somebody open the vault from now on."""
    vault = found.vault
    box = boxes.seal_to(public, found.pair.private, box_context(vault.id, user_id))
    session.add(VaultBox(vault_id=vault.id, user_id=user_id, org_id=vault.org_id, box=box, let_in_by=by))
    session.flush()


def drop(session: Session, org_id: UUID, user_id: UUID) -> bool:
    """Take a person's keys away; whether they were in."""
    session.execute(delete(VaultMember).where(VaultMember.org_id == org_id, VaultMember.user_id == user_id))
    held = session.execute(delete(VaultBox).where(VaultBox.org_id == org_id, VaultBox.user_id == user_id))
    return bool(held.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult


def pair_behind(member: VaultMember, key: bytes) -> KeyPair:
    """Raises SealBroken for a key of another password."""
    context = member_context(member.org_id, member.user_id).encode()
    return KeyPair.of(decrypt(key, member.private_sealed, context))


def key_behind(session: Session, org_id: UUID, user_id: UUID, password: str) -> bytes:
    """The key that opens a person's private half. Ask before the transaction: it hashes."""
    return _key_of(_stored(session, VaultMember.org_id == org_id, VaultMember.user_id == user_id)[0], password)


def fingerprint(member: VaultMember) -> str:
    """What the person was shown when they asked, read again from what is stored: another key has another."""
    return fingerprint_of(member.org_id, member.user_id, member.public_key)


def fingerprint_of(org_id: UUID, user_id: UUID, public: bytes) -> str:
    return boxes.fingerprint(public, member_context(org_id, user_id))


def leave(session: Session, org_id: UUID, user_id: UUID) -> None:
    """Take the vault from somebody who leaves, in the caller's transaction; its key turns when it is opened next.

    Locked first: a colleague may be letting them in at this very moment.
    """
    locked(session, org_id)
    session.execute(delete(VaultSession).where(VaultSession.org_id == org_id, VaultSession.user_id == user_id))
    if drop(session, org_id, user_id):
        session.execute(
            update(Vault).where(Vault.org_id == org_id, Vault.retired_at.is_(None)).values(turn_at=clock.now())
        )


def leave_everywhere(session: Session, user_id: UUID) -> None:
    """Of a person who was shut out, or whose new password opens no key of the one before: colleagues let them in."""
    with unscoped(EVERYWHERE, Vault, VaultMember, VaultBox, VaultSession):
        for org_id in session.scalars(select(VaultMember.org_id).where(VaultMember.user_id == user_id)).all():
            leave(session, org_id, user_id)


@dataclass(frozen=True, slots=True)
class Rewrapping:
    """One person's key of one organisation, under their new password."""

    org_id: UUID
    user_id: UUID
    public_key: bytes
    values: dict[str, Any] = field(repr=False)


def rewrappings(session: Session, user_id: UUID, *, current: str, password: str) -> Sequence[Rewrapping]:
    """Every key of a person as the new password will keep it. Ask before the transaction: it hashes twice for each."""
    members = _stored(session, VaultMember.user_id == user_id)
    return [found for member in members if (found := _rewrapping(member, current, password)) is not None]


def rewrap(session: Session, rewrapped: Sequence[Rewrapping]) -> None:
    """Keep a person's keys open to them, in the transaction that changes the password."""
    for one in rewrapped:
        session.execute(
            update(VaultMember)
            .where(VaultMember.org_id == one.org_id, VaultMember.user_id == one.user_id)
            .where(VaultMember.public_key == one.public_key)
            .values(**one.values)
        )


def shut(session: Session, *sessions: ColumnElement[bool]) -> None:
    """Close what is open in the browsers whose sessions answer to `sessions`, in the caller's transaction."""
    theirs = select(UserSession.id).where(*sessions)
    session.execute(delete(VaultSession).where(VaultSession.session_id.in_(theirs)))


def sweep(now: datetime) -> None:
    """Close what lies open under sessions that nobody can use any more."""
    over = or_(
        UserSession.revoked_at.is_not(None),
        UserSession.last_seen_at < now - IDLE,
        UserSession.created_at < now - LONGEST,
    )
    with transaction() as session:
        shut(session, over)


def _stored(session: Session, *whose: ColumnElement[bool]) -> Sequence[VaultMember]:
    """Read and let go of: hashing takes long, and no snapshot is held meanwhile."""
    found = session.scalars(select(VaultMember).where(*whose)).all()
    for member in found:
        session.expunge(member)
    session.rollback()
    return found


def _key_of(member: VaultMember, password: str) -> bytes:
    return passwords.key_from(password, member.salt, member.memory_kib, member.passes)


def _rewrapping(member: VaultMember, current: str, password: str) -> Rewrapping | None:
    """None for a key that the present password does not open: nothing is lost that was not lost before."""
    try:
        pair = pair_behind(member, _key_of(member, current))
    except SealBroken:
        return None
    lock = Lock.new(password)
    sealed = encrypt(lock.key, pair.private, member_context(member.org_id, member.user_id).encode())
    return Rewrapping(member.org_id, member.user_id, member.public_key, lock.kept | {"private_sealed": sealed})
