"""A network that talks: Namur with its lead, two members of its; Hainaut with one; who coordinates; a stranger."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert

from factories.accounts import HASH, actor_of, make_organization, make_user
from factories.network import join, make_group, make_network
from maillage.accounts.models import Membership, Organization, User
from maillage.kernel import scope
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_id
from maillage.network.groups.models import GroupMember


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


def crowd(circle: Circle, many: int, *, group_id: UUID | None = None) -> None:
    """So many members more, written as rows."""
    _, org = circle.people["other"]
    ids = [new_id() for _ in range(many)]
    at = {"network_id": circle.network_id, "group_id": group_id or circle.hainaut, "org_id": org.id, "welcomed": []}
    with transaction() as tx:
        people = [
            {
                "id": one,
                "name": f"Membre {n}",
                "email": f"m{n}-{one}@meuse.example",
                "password_hash": HASH,
                "locale": "fr",
            }
            for n, one in enumerate(ids)
        ]
        tx.execute(insert(User), people)
        tx.execute(insert(Membership), [{"user_id": one, "org_id": org.id, "roles": ["referent"]} for one in ids])
        tx.execute(insert(GroupMember), [{"user_id": one, "is_lead": False, **at} for one in ids])
