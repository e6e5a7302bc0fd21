"""A network that talks: Namur with its lead, two members of its; Hainaut with one; who coordinates; a stranger."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from factories.accounts import actor_of, make_organization, make_user
from factories.network import join, make_group, make_network
from maillage.accounts.models import Organization, User
from maillage.kernel import scope
from maillage.kernel.actor import Actor
from maillage.kernel.db import session


@dataclass(frozen=True, slots=True)
class Circle:
    network_id: UUID
    namur: UUID
    hainaut: UUID
    people: dict[str, tuple[User, Organization]]

    def actor(self, name: str) -> Actor:
        return actor_of(*self.people[name])

    @contextmanager
    def speaking(self, name: str) -> Iterator[Actor]:
        """Behind the walls of this person, as in a request of theirs."""
        who = self.actor(name)
        before = session().info.get("scope")
        scope.act_as(who)
        try:
            yield who
        finally:
            session().rollback()
            session().info["scope"] = before


def make_circle() -> Circle:
    umbrella, meuse, sambre = (
        make_organization(kind=kind, country="BE", name=name)
        for kind, name in (("umbrella", "Fédération"), ("landlord", "La Meuse"), ("landlord", "La Sambre"))
    )
    elsewhere = make_organization(kind="landlord", country="BE")
    people = {
        "coordinator": (make_user(umbrella, ("coordinator",), name="Chantal Lebrun"), umbrella),
        "lead": (make_user(meuse, ("lead", "referent"), name="Pascale Aubry"), meuse),
        "asker": (make_user(meuse, name="Zoé Martin"), meuse),
        "peer": (make_user(sambre, ("org_admin",), name="Yves Colin"), sambre),
        "other": (make_user(sambre, name="Inès Gérard"), sambre),
        "stranger": (make_user(elsewhere), elsewhere),
    }
    network = make_network(umbrella, name="Réseau wallon", country="BE")
    namur = make_group(network, name="Namur", territory="province:BE-WNA")
    hainaut = make_group(network, name="Hainaut", territory="province:BE-WHT")
    join(namur, *people["lead"], lead=True)
    join(namur, *people["asker"])
    join(namur, *people["peer"])
    join(hainaut, *people["other"])
    return Circle(network.id, namur.id, hainaut.id, people)
