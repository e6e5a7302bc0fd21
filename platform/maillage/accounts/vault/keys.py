"""The private keys of a vault, in memory for as long as one request: found by a session, and used on data keys."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.vault.models import Vault, VaultSession
from maillage.kernel import boxes
from maillage.kernel.actor import Actor
from maillage.kernel.boxes import KeyPair
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.crypto import SealBroken, decrypt, new_data_key

ORG = "org"


@dataclass(frozen=True, slots=True)
class OpenVault:
    """A live vault with its private key, and those of the vaults before it."""

    vault: Vault
    pairs: dict[UUID, KeyPair] = field(repr=False)

    @property
    def pair(self) -> KeyPair:
        return self.pairs[self.vault.id]


def live(session: Session, org_id: UUID | None) -> Vault | None:
    return session.scalar(select(Vault).where(Vault.org_id == org_id, Vault.retired_at.is_(None)))


def opened(session: Session, actor: Actor, secret: bytes) -> OpenVault | None:
    """The vault that the actor's browser holds open; None once it must be opened again, after a turn of its key too."""
    row = session.get(VaultSession, actor.session_id) if actor.session_id is not None else None
    vault = live(session, actor.org_id)
    if row is None or vault is None or row.vault_id != vault.id or len(secret) != boxes.KEY:
        return None
    try:
        private = decrypt(secret, row.sealed, session_context(row.session_id))
    except SealBroken:
        return None
    return with_older(session, vault, KeyPair.of(private))


def with_older(session: Session, vault: Vault, pair: KeyPair) -> OpenVault:
    """The vault with those that it replaced, each opened by the one after it."""
    pairs, newer = {vault.id: pair}, vault
    while newer.before_id is not None and newer.before_box is not None:
        private = boxes.open_box(pairs[newer.id], newer.before_box, before_context(newer.id))
        pairs[newer.before_id] = KeyPair.of(private)
        newer = session.get_one(Vault, newer.before_id)
    return OpenVault(vault, pairs)


def create_key(session: Session, vault: Vault, subject_kind: str, subject_id: UUID) -> bytes:
    """A fresh data key that the vault alone opens. Sealing needs no open vault: jobs and partners may write to it."""
    data_key = new_data_key()
    wrapped = boxes.seal_to(vault.public_key, data_key, _context(subject_kind, subject_id))
    session.add(
        ContentKey(subject_kind=subject_kind, subject_id=subject_id, kind=ORG, key_id=str(vault.id), wrapped=wrapped)
    )
    return data_key


def open_key(session: Session, found: OpenVault, subject_kind: str, subject_id: UUID) -> bytes:
    """The data key of one subject. Raises SealBroken when it was destroyed or is another organisation's."""
    row = session.scalar(
        select(ContentKey).where(
            ContentKey.subject_kind == subject_kind, ContentKey.subject_id == subject_id, ContentKey.kind == ORG
        )
    )
    pair = found.pairs.get(UUID(row.key_id)) if row is not None else None
    if row is None or pair is None:
        raise SealBroken("no key of this vault")
    return boxes.open_box(pair, row.wrapped, _context(subject_kind, subject_id))


def session_context(session_id: UUID) -> bytes:
    return f"maillage|vault session|{session_id}".encode()


def before_context(vault_id: UUID) -> str:
    return f"vault before|{vault_id}"


def _context(subject_kind: str, subject_id: UUID) -> str:
    return f"key|{subject_kind}|{subject_id}"
