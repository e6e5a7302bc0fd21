"""A network, its companies and its groups, as its coordination makes them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization, OrganizationStatus
from maillage.directory.territories import to_token
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.network.groups import policy, queries
from maillage.network.groups.models import Group, GroupMember, Network, NetworkCompany
from maillage.network.groups.policy import Deed

UNKNOWN_PLACE = "Ce territoire n’est pas reconnu : écrivez une province, un département, une région ou une commune."


@dataclass(frozen=True, slots=True)
class GroupContent:
    """`territory` as people write it; empty for a group round a theme."""

    name: str
    territory: str = ""
    welcome: str = ""


def create_network(actor: Actor, *, name: str, network_id: UUID | None = None) -> UUID:
    """Begin the network of the actor's organisation, which is its first company. Raises Conflict when it has one."""
    if not actor.can(policy.COORDINATE) or actor.org_id is None:
        raise Forbidden()
    with transaction() as session:
        if session.scalar(select(Network.id).where(Network.org_id == actor.org_id)) is not None:
            raise Conflict("Votre organisation coordonne déjà un réseau.")
        network = Network(id=network_id or new_id(), org_id=actor.org_id, name=name, country=actor.country)
        session.add(network)
        audit.record(session, actor, "network.created", "network", network.id)
        return network.id


def create_group(actor: Actor, *, content: GroupContent, group_id: UUID | None = None) -> UUID:
    """Open a group in the actor's network. Raises NotFound without one, Invalid for an unknown territory."""
    with transaction() as session:
        network = queries.coordinated(session, actor)
        _ensure_free(session, network.id, content.name, None)
        group = Group(
            id=group_id or new_id(),
            network_id=network.id,
            name=content.name,
            territory=_territory(content.territory, network.country),
            welcome=content.welcome,
        )
        session.add(group)
        audit.record(session, actor, "group.created", "group", group.id)
        return group.id


def change_group(actor: Actor, *, group_id: UUID, content: GroupContent) -> None:
    """Its name, its territory and its words of welcome, by who animates it."""
    with transaction() as session:
        stands = queries.standing(session, actor, group_id, Deed.ANIMATE)
        _ensure_free(session, stands.network.id, content.name, group_id)
        territory = _territory(content.territory, stands.network.country)
        values = {"name": content.name, "territory": territory, "welcome": content.welcome}
        session.execute(update(Group).where(Group.id == group_id).values(**values))
        audit.record(session, actor, "group.changed", "group", group_id)


def add_company(actor: Actor, *, org_id: UUID) -> None:
    """Let an organisation into the actor's network; one that had left comes back."""
    with transaction() as session:
        network = queries.coordinated(session, actor)
        body = session.get(Organization, org_id)
        if body is None or body.status == OrganizationStatus.SUSPENDED:
            raise NotFound()
        row = session.get(NetworkCompany, (network.id, org_id))
        if row is None:
            session.add(NetworkCompany(network_id=network.id, org_id=org_id))
        elif row.until is None:
            return
        else:
            row.since, row.until = clock.now(), None
        audit.record(session, actor, "network.company_added", "organization", org_id)


def end_company(actor: Actor, *, org_id: UUID) -> None:
    """An organisation leaves the network, and its people leave its groups; what they wrote stays."""
    with transaction() as session:
        network = queries.coordinated(session, actor)
        row = session.get(NetworkCompany, (network.id, org_id))
        if row is None or row.until is not None:
            raise NotFound()
        row.until = clock.now()
        seats = (GroupMember.network_id == network.id, GroupMember.org_id == org_id, GroupMember.until.is_(None))
        session.execute(update(GroupMember).where(*seats).values(until=row.until, is_lead=False))
        audit.record(session, actor, "network.company_ended", "organization", org_id)


def _ensure_free(session: Session, network_id: UUID, name: str, group_id: UUID | None) -> None:
    taken = session.scalar(select(Group.id).where(Group.network_id == network_id, Group.name == name))
    if taken is not None and taken != group_id:
        raise Invalid(fields={"name": "Un groupe de votre réseau porte déjà ce nom."})


def _territory(words: str, country: str) -> str | None:
    if not words:
        return None
    token = to_token(words, country)
    if token is None:
        raise Invalid(fields={"territory": UNKNOWN_PLACE})
    return token
