"""The networks of the demonstration: companies, groups, who came in long ago, lately, or asks to."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from maillage.demo import rosters
from maillage.demo.content import Row, demo_id, rows
from maillage.directory.territories import to_words
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.network.groups import queries
from maillage.network.groups import service as groups
from maillage.network.groups.models import Answer

ActorOf = Callable[[str], Actor]
FOUNDED, CAME_LATELY, ASKED = timedelta(days=220), timedelta(days=9), timedelta(days=2)


def play(actor_of: ActorOf, networks: Iterable[Row]) -> None:
    for row in networks:
        coordinator = actor_of(row["coordinator"])
        with clock.at(clock.now() - FOUNDED):
            groups.create_network(coordinator, name=row["name"], network_id=demo_id("network", row["key"]))
            for company in row["companies"]:
                groups.add_company(coordinator, org_id=demo_id("organization", company))
        for group in row["groups"]:
            _group(actor_of, coordinator, group)
    jobs.drain()
    rosters.play(actor_of, rows("rosters"))


def _group(actor_of: ActorOf, coordinator: Actor, row: Row) -> None:
    group_id = demo_id("group", row["key"])
    territory = to_words(row["territory"], coordinator.country) if row["territory"] else ""
    with clock.at(clock.now() - FOUNDED):
        content = groups.GroupContent(row["name"], territory, row["welcome"])
        groups.create_group(coordinator, content=content, group_id=group_id)
        for key in (*row["leads"], *row["members"]):
            if key not in row["newcomers"]:
                _let_in(actor_of(key), coordinator, row, lead=key in row["leads"])
    with clock.at(clock.now() - CAME_LATELY):
        for key in row["newcomers"]:
            _let_in(actor_of(key), coordinator, row, lead=False)
    with clock.at(clock.now() - ASKED):
        for asked in row["asks"]:
            groups.ask(actor_of(asked["user"]), group_id=group_id, words=asked["words"])


def _let_in(actor: Actor, coordinator: Actor, row: Row, *, lead: bool) -> None:
    group_id = demo_id("group", row["key"])
    entry_id = groups.ask(actor, group_id=group_id)
    groups.respond(coordinator, entry_id=entry_id, answer=Answer.ACCEPTED)
    if lead:
        (seat,) = (one for one in queries.peers(session(), group_id) if one.user_id == actor.user_id)
        groups.name_lead(coordinator, group_id=group_id, member_id=seat.member_id)
