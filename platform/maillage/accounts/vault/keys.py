"""The private keys of a vault, in memory for as long as one request: found by a session, and used on what is sealed."""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
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


def live(session: Session, org_id: UUID | None) -> Vault | None:
    """The vault of an organisation that has one."""
    return session.scalar(select(Vault).where(Vault.org_id == org_id, Vault.retired_at.is_(None)))


def locked(session: Session, org_id: UUID | None, *, shared: bool = False) -> Vault | None:
    """The same, whose key nobody turns before the transaction ends; whoever waited for a turn finds the newer one.
    `shared`: others may hold it so at the same time."""
    while (found := live(session, org_id)) is not None:
        session.refresh(found, with_for_update={"read": shared})
        if found.retired_at is None:
            return found
    return None


def keeps_whole(org_id: UUID | None) -> ColumnElement[bool]:
    """Whether an organisation keeps whole situations and referrals in its vault, for a statement that asks more."""
    return exists().where(Vault.org_id == org_id, Vault.retired_at.is_(None), Vault.whole_since.is_not(None))


def whole(session: Session, org_ids: Set[UUID]) -> list[Vault]:
    """The vaults of these organisations, where every one of them keeps whole situations and referrals in its own; their
    keys turn once the transaction has ended. None where one of them does not."""
    chose = Vault.org_id.in_(org_ids), Vault.retired_at.is_(None), Vault.whole_since.is_not(None)
    found = session.scalars(select(Vault.org_id).where(*chose).order_by(Vault.org_id)).all()
    if len(found) < len(org_ids):
        return []
    vaults = [locked(session, org_id, shared=True) for org_id in found]
    chosen = [vault for vault in vaults if vault is not None and vault.whole_since is not None]
    return chosen if len(chosen) == len(org_ids) else []


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
