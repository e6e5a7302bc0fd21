"""Where what is begun or sent rests: in vaults, or on the keys of the host. Said before and after."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from maillage.accounts.vault.queries import keeping_whole, keeps_whole
from maillage.kernel import content_keys
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, VaultShut
from maillage.referrals.queries import ReferralView
from maillage.web.authz import actor

LESS_CLOSED: Final = (
    "Une copie ne resterait plus entre deux coffres, depuis que cette page est ouverte. Relisez-la avant d’envoyer."
)


def ensure_open_to_begin() -> None:
    """Before anything is typed of a new situation. Raises VaultShut where it would go into a vault that is shut."""
    if not content_keys.open_vaults() and keeps_whole(session(), actor()):
        raise VaultShut()


def of_referral(view: ReferralView) -> str:
    """One line for both sides; nothing where neither a vault nor its absence was to be expected."""
    if view.dates.sent_at is None:
        return ""
    if view.in_vault:
        return "Dans le coffre : l’hébergeur ne peut pas la lire."
    if keeps_whole(session(), actor()):
        return "Pas dans le coffre : cette copie repose sur les clés de l’hébergeur."
    return ""


def before_sending(receivers: Mapping[UUID, str]) -> dict[str, dict[UUID, str]]:
    """These organisations by where what is sent to them will rest; nothing where the actor's own keeps nothing whole
    in a vault."""
    if not keeps_whole(session(), actor()):
        return {}
    whole = keeping_whole(session(), receivers.keys())
    return {
        "vault": {org_id: name for org_id, name in receivers.items() if org_id in whole},
        "host": {org_id: name for org_id, name in receivers.items() if org_id not in whole},
    }


def promised(rests: Mapping[str, Mapping[UUID, str]]) -> str:
    """To whom a page said that it goes between vaults, to be sent back with its form."""
    return " ".join(sorted(map(str, rests.get("vault", ()))))


def ensure_kept(rests: Mapping[str, Mapping[UUID, str]], told: str) -> None:
    """Raises Conflict where less stays between vaults than the page said some moments ago."""
    if not set(told.split()) <= set(promised(rests).split()):
        raise Conflict(LESS_CLOSED)
