"""The private keys of a vault, in memory for as long as one request: found by a session, and used on what is sealed."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.vault.models import Vault, VaultSession
from maillage.kernel import boxes
from maillage.kernel.actor import Actor
from maillage.kernel.boxes import KeyPair
from maillage.kernel.crypto import SealBroken, decrypt


@dataclass(frozen=True, slots=True)
class OpenVault:
    """A live vault with its private key, and those of the vaults before it."""

    vault: Vault
    pairs: dict[UUID, KeyPair] = field(repr=False)

    @property
    def pair(self) -> KeyPair:
        return self.pairs[self.vault.id]

    def unseal(self, vault_id: UUID, sealed: bytes, context: str) -> Any:
        """What was sealed for this vault, or for one before it. Raises SealBroken for another organisation's."""
        pair = self.pairs.get(vault_id)
        if pair is None:
            raise SealBroken("no key of this vault")
        return boxes.open_value(pair, sealed, context)


def live(session: Session, org_id: UUID | None) -> Vault | None:
    """The vault of an organisation that has one."""
    return session.scalar(select(Vault).where(Vault.org_id == org_id, Vault.retired_at.is_(None)))


def locked(session: Session, org_id: UUID | None) -> Vault | None:
    """The same, whose key nobody turns before the transaction ends; whoever waited for a turn finds the newer one."""
    while (found := live(session, org_id)) is not None:
        session.refresh(found, with_for_update=True)
        if found.retired_at is None:
            return found
    return None


def seal_for(vault: Vault, value: Any, context: str) -> bytes:
    """What its people alone open. Sealing needs no open vault: who cannot read may still write."""
    return boxes.seal_value_to(vault.public_key, value, context)


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


def session_context(session_id: UUID) -> bytes:
    return f"maillage|vault session|{session_id}".encode()


def before_context(vault_id: UUID) -> str:
    return f"vault before|{vault_id}"


def box_context(vault_id: UUID, user_id: UUID | None) -> str:
    """Of the private key, sealed to one member, or to the recovery code."""
    return f"vault|{vault_id}|{user_id or 'recovery'}"


def member_context(org_id: UUID, user_id: UUID) -> str:
    return f"maillage|vault member|{org_id}|{user_id}"
