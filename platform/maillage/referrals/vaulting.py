"""What goes into vaults. A situation and a referral go whole, their data key in a box of each vault that reads them,
where every organisation that reads them chose so. Of those that rest on the host's ring, what an organisation writes
for itself: sealed for its vault, if it has one, and again under the key of its subject.

The outer key ends with the referral or the situation, whoever holds the vault; the inner one is not the host's to use.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.vault import keys
from maillage.accounts.vault.models import Vault
from maillage.kernel import boxes, content_keys
from maillage.kernel.content_keys import Recipient
from maillage.kernel.crypto import decrypt, encrypt, seal, unseal
from maillage.kernel.errors import VaultShut
from maillage.kernel.scope import unscoped
from maillage.referrals.models import Referral, Situation

READERS: Final = "what leaves for another organisation is sealed for its vault, and for that of who wrote the situation"


def of_situation(session: Session, situation: Situation) -> list[Recipient]:
    """The vault that a new situation goes into, none where its organisation keeps them on the ring."""
    return [Recipient(str(vault.id), vault.public_key) for vault in keys.whole(session, {situation.org_id})]


def of_referral(session: Session, referral: Referral) -> list[Recipient]:
    """The vaults that a new referral goes into: of both sides, and of who wrote the situation, who owes the person a
    copy of what was passed on and its correction. None where one of them keeps referrals on the ring."""
    with unscoped(READERS, Situation, Vault):
        found = keys.whole(session, _readers(session, referral))
    return [Recipient(str(vault.id), vault.public_key) for vault in found]


def _readers(session: Session, referral: Referral) -> set[UUID]:
    readers = {referral.sender_org_id}
    if referral.reaches:
        readers.add(referral.receiver_org_id)
    if referral.relayed:
        readers.add(session.scalars(select(Situation.org_id).where(Situation.id == referral.situation_id)).one())
    return readers


def seal_own(session: Session, org_id: UUID, key: bytes, value: Any, binding: str) -> tuple[UUID | None, bytes]:
    """The vault that the value goes into, none where the organisation has none, and the value sealed."""
    vault = keys.locked(session, org_id)
    if vault is None:
        return None, seal(key, value, binding)
    return vault.id, encrypt(key, keys.seal_for(vault, value, binding), binding.encode())


def open_own(key: bytes, vault_id: UUID | None, sealed: bytes, binding: str) -> Any:
    """The value again. Raises VaultShut for one in a vault that is not open here, SealBroken as `unseal` does."""
    if vault_id is None:
        return unseal(key, sealed, binding)
    pair = content_keys.open_vaults().get(str(vault_id))
    if pair is None:
        raise VaultShut()
    return boxes.open_value(pair, decrypt(key, sealed, binding.encode()), binding)
