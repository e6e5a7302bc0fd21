"""What an organisation writes for itself: sealed for its vault, if it has one, and again under the key of its subject.

The outer key ends with the referral or the situation, whoever holds the vault; the inner one is not the host's to use.
"""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.accounts.vault import keys
from maillage.accounts.vault.keys import OpenVault
from maillage.kernel.crypto import decrypt, encrypt, seal, unseal
from maillage.kernel.errors import Conflict


class VaultShut(Conflict):
    """What was asked for is in a vault that is not open in this browser."""

    title = "Une partie est dans le coffre : ouvrez-le d’abord."


def seal_own(session: Session, org_id: UUID, key: bytes, value: Any, binding: str) -> tuple[UUID | None, bytes]:
    """The vault that the value goes into, none where the organisation has none, and the value sealed."""
    vault = keys.locked(session, org_id)
    if vault is None:
        return None, seal(key, value, binding)
    return vault.id, encrypt(key, keys.seal_for(vault, value, binding), binding.encode())


def open_own(key: bytes, opened: OpenVault | None, vault_id: UUID | None, sealed: bytes, binding: str) -> Any:
    """The value again. Raises VaultShut for one in a vault that is not open here, SealBroken as `unseal` does."""
    if vault_id is None:
        return unseal(key, sealed, binding)
    if opened is None:
        raise VaultShut()
    return opened.unseal(vault_id, decrypt(key, sealed, binding.encode()), binding)
