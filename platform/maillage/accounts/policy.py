"""Who may manage what. Pure rules over an Actor; the tables that they read are in `roles`."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from maillage.accounts.roles import PERMISSIONS, ROLES, permissions_of, roles_giving
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound

PLATFORM = "platform.administer"
ORGANIZATION = "organization.administer"
ANSWER = "referral.answer"
NEVER_WITHOUT = {
    ORGANIZATION: "L’organisation doit garder au moins un administrateur. Nommez d’abord quelqu’un d’autre.",
    PLATFORM: "La plateforme doit garder au moins un administrateur. Nommez d’abord quelqu’un d’autre.",
}


def runs_platform(actor: Actor) -> bool:
    """The host's administrators, its command line, and the platform itself."""
    return actor.channel in (Channel.CLI, Channel.SYSTEM) or actor.can(PLATFORM)


def ensure_platform(actor: Actor) -> None:
    if not runs_platform(actor):
        raise Forbidden()


def ensure_administers(actor: Actor, org_id: UUID) -> None:
    """Its own administrators, and the host's. For anybody else another organisation's members do not exist."""
    if runs_platform(actor):
        return
    if actor.org_id != org_id:
        raise NotFound()
    if not actor.can(ORGANIZATION):
        raise Forbidden()


def ensure_roles(actor: Actor, kind: str, roles: Iterable[str]) -> list[str]:
    """The roles in the order of the table. Raises Invalid for none, or one that `kind` does not have."""
    wanted = set(roles)
    if not wanted:
        raise Invalid(fields={"roles": "Choisissez au moins un rôle."})
    if not wanted <= set(roles_open_to(actor, kind)):
        raise Invalid(fields={"roles": "Ce rôle n’existe pas dans ce type d’organisation."})
    return [name for name in ROLES if name in wanted]


def roles_open_to(actor: Actor, kind: str) -> dict[str, str]:
    """What the actor may give in an organisation of this kind; only the host's administrators make others of theirs."""
    return {
        row.name: row.label
        for row in ROLES.values()
        if kind in row.organizations and (PLATFORM not in row.permissions or runs_platform(actor))
    }


def administrator_roles(kind: str) -> list[str]:
    """The role that puts somebody in charge of an organisation of this kind."""
    return [row.name for row in ROLES.values() if ORGANIZATION in row.permissions and kind in row.organizations][:1]


def claiming_roles(kind: str) -> list[str]:
    """What the first person of an organisation gets: in charge of it, and able to answer what waits for it."""
    answering = [name for name in roles_giving(ANSWER) if kind in ROLES[name].organizations]
    return list(dict.fromkeys([*administrator_roles(kind), *answering[:1]]))


def ensure_not_last(members: Mapping[UUID, frozenset[str]], user_id: UUID, remaining: frozenset[str]) -> None:
    """Refuse that `user_id`, left with the roles `remaining`, leaves the organisation without somebody in charge.

    `members` are the roles of every present member.
    """
    lost = permissions_of(members.get(user_id, frozenset())) - permissions_of(remaining)
    for permission, refusal in NEVER_WITHOUT.items():
        others = (roles for other, roles in members.items() if other != user_id)
        if permission in lost and not any(permission in permissions_of(roles) for roles in others):
            raise Conflict(refusal)


def ensure_scopes(scopes: Iterable[str], permissions: frozenset[str]) -> list[str]:
    """The scopes of a token: some, and within what its owner may do."""
    wanted = set(scopes)
    if not wanted:
        raise Invalid(fields={"scopes": "Choisissez au moins un droit."})
    if not wanted <= permissions:
        raise Invalid(fields={"scopes": "Une clé ne peut pas donner plus de droits que vos rôles."})
    return [name for name in PERMISSIONS if name in wanted]
