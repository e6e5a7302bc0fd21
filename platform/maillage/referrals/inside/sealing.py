"""How a note is sealed: under the key of its referral, and under that for the vault of its organisation, if any.

The outer key ends with the referral whoever holds the vault; the inner one is not the host's to use.
"""

from maillage.accounts.vault.keys import OpenVault, seal_for
from maillage.accounts.vault.models import Vault
from maillage.kernel.crypto import decrypt, encrypt, seal, unseal
from maillage.referrals.inside.models import TeamNote
from maillage.referrals.sealing import context


def seal_note(key: bytes, vault: Vault | None, row: TeamNote, text: str) -> None:
    binding = _binding(row)
    if vault is None:
        row.sealed = seal(key, text, binding)
        return
    row.vault_id = vault.id
    row.sealed = encrypt(key, seal_for(vault, text, binding), binding.encode())


def open_note(key: bytes, opened: OpenVault | None, row: TeamNote) -> str | None:
    """The words of a note; None for one in a vault that is not open here."""
    binding = _binding(row)
    text: str
    if row.vault_id is None:
        text = unseal(key, row.sealed, binding)
        return text
    if opened is None:
        return None
    text = opened.unseal(row.vault_id, decrypt(key, row.sealed, binding.encode()), binding)
    return text


def _binding(row: TeamNote) -> str:
    return context("team_note", row.id, "text", row.org_id)
