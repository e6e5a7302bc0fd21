"""Networks and groups for tests, written straight into the database."""

from itertools import count
from typing import Any

from factories.accounts import make_organization
from maillage.accounts.models import Organization, User
from maillage.kernel.db import session, transaction
from maillage.network.groups.models import Group, GroupMember, Network, NetworkCompany

_numbers = count(1)


def make_network(org: Organization | None = None, **overrides: Any) -> Network:
    """A network coordinated by `org`, by default an umbrella of its own."""
    owner = org or make_organization(kind="umbrella")
    network = Network(
        **({"org_id": owner.id, "name": f"Réseau {next(_numbers)}", "country": owner.country} | overrides)
    )
    with transaction() as tx:
        tx.add(network)
    return network


def make_company(network: Network, org: Organization, **overrides: Any) -> NetworkCompany:
    """Make an organisation one of the network; once."""
    found = session().get(NetworkCompany, (network.id, org.id))
    if found is not None:
        return found
    company = NetworkCompany(network_id=network.id, org_id=org.id, **overrides)
    with transaction() as tx:
        tx.add(company)
    return company


def make_group(network: Network, **overrides: Any) -> Group:
    group = Group(**({"network_id": network.id, "name": f"Groupe {next(_numbers)}"} | overrides))
    with transaction() as tx:
        tx.add(group)
    return group


def join(group: Group, user: User, org: Organization, *, lead: bool = False, **overrides: Any) -> GroupMember:
    """Let somebody of `org` into the group; `org` becomes a company of its network."""
    make_company(session().get_one(Network, group.network_id), org)
    member = GroupMember(
        group_id=group.id, network_id=group.network_id, user_id=user.id, org_id=org.id, is_lead=lead, **overrides
    )
    with transaction() as tx:
        tx.add(member)
    return member
