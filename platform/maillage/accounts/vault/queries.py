"""Who is in the vault of an organisation, who asks, and where the reader stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import user_names
from maillage.accounts.vault import keys
from maillage.accounts.vault.models import Vault, VaultBox, VaultMember
from maillage.kernel.actor import Actor
from maillage.kernel.scope import unscoped

TOLD: Final = "whoever refers to an organisation is told where what they send will rest"


class Place(StrEnum):
    """Where a member stands."""

    OUT = "out"
    ASKED = "asked"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is in the vault, or who asked to be; `by` let them in, at `since`."""

    user_id: UUID
    name: str
    since: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The vault of an organisation, as its own members see it."""

    mine: Place
    inside: tuple[Person, ...]
    asking: tuple[Person, ...]
    turning: bool
    whole_since: datetime | None


def has_vault(session: Session, actor: Actor) -> bool:
    return keys.live(session, actor.org_id) is not None


def standing(session: Session, actor: Actor) -> Standing | None:
    """None where the actor's organisation has no vault."""
    vault = keys.live(session, actor.org_id)
    if vault is None:
        return None
    boxes = session.scalars(select(VaultBox).where(VaultBox.vault_id == vault.id).order_by(VaultBox.at)).all()
    asked = session.scalars(
        select(VaultMember).where(VaultMember.org_id == vault.org_id).order_by(VaultMember.asked_at)
    ).all()
    held = {box.user_id for box in boxes}
    asking = [member for member in asked if member.user_id not in held]
    names = user_names(session, held | {box.let_in_by for box in boxes} | {member.user_id for member in asking})
    return Standing(
        mine=_place(actor.user_id, held, asking),
        inside=tuple(
            Person(box.user_id, names.get(box.user_id, ""), box.at, names.get(box.let_in_by, "")) for box in boxes
        ),
        asking=tuple(Person(one.user_id, names.get(one.user_id, ""), one.asked_at) for one in asking),
        turning=vault.turn_at is not None,
        whole_since=vault.whole_since,
    )


def keeps_whole(session: Session, actor: Actor) -> bool:
    """Whether the actor's organisation keeps whole situations and referrals in its vault, from now on."""
    return bool(session.scalar(select(keys.keeps_whole(actor.org_id))))


def keeping_whole(session: Session, org_ids: Collection[UUID]) -> set[UUID]:
    """Those of these organisations whose vaults hold whole situations and referrals. It is told to whoever refers to
    them: where what they send will rest."""
    with unscoped(TOLD, Vault):
        chose = Vault.org_id.in_(org_ids), Vault.retired_at.is_(None), Vault.whole_since.is_not(None)
        return set(session.scalars(select(Vault.org_id).where(*chose)))


def asking_name(session: Session, actor: Actor, user_id: UUID) -> str | None:
    """The name of a colleague who asks to be let in, for who is in; None for anybody else."""
    found = standing(session, actor)
    if found is None or found.mine is not Place.IN:
        return None
    return next((one.name for one in found.asking if one.user_id == user_id), None)


def member_name(session: Session, actor: Actor, user_id: UUID) -> str | None:
    """The name of a colleague who is in the vault or asks to be."""
    found = standing(session, actor)
    return next((one.name for one in (*found.inside, *found.asking) if one.user_id == user_id), None) if found else None


def _place(user_id: UUID | None, held: set[UUID], asking: list[VaultMember]) -> Place:
    if user_id in held:
        return Place.IN
    return Place.ASKED if user_id in {member.user_id for member in asking} else Place.OUT
