"""Who finds which group, and who is in it: on both databases, acting as somebody."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from factories.accounts import actor_of, make_organization, make_user
from factories.network import join, make_company, make_group, make_network
from maillage.accounts.models import Membership
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import NotFound
from maillage.kernel.scope import act_as
from maillage.network.groups import queries
from maillage.network.groups.models import GroupMember, Network


@dataclass(frozen=True, slots=True)
class Peers:
    """A network of two landlords: Namur, led, and Hainaut; and a landlord of elsewhere."""

    network_id: UUID
    groups: dict[str, UUID]
    actors: dict[str, Actor]


@pytest.fixture
def peers(app: Flask) -> Peers:
    umbrella, meuse, sambre, elsewhere = (
        make_organization(kind=kind, country="BE") for kind in ("umbrella", "landlord", "landlord", "landlord")
    )
    people = {
        "coordinator": (make_user(umbrella, ("coordinator",)), umbrella),
        "administrator": (make_user(umbrella, ("org_admin",)), umbrella),
        "lead": (make_user(meuse, ("lead", "referent"), name="Pascale Aubry"), meuse),
        "member": (make_user(sambre, name="Zoé Martin"), sambre),
        "other": (make_user(sambre, name="Yves Colin"), sambre),
        "company": (make_user(meuse), meuse),
        "volunteer": (make_user(meuse, ("colleague",)), meuse),
        "stranger": (make_user(elsewhere), elsewhere),
    }
    network = make_network(umbrella, name="Réseau wallon", country="BE")
    namur, hainaut = make_group(network, name="Namur", territory="province:BE-WNA"), make_group(network, name="Hainaut")
    join(namur, *people["lead"], lead=True)
    join(namur, *people["member"])
    join(hainaut, *people["other"])
    make_company(network, meuse)
    actors = {name: actor_of(*who) for name, who in people.items()}
    return Peers(network.id, {one.name: one.id for one in (namur, hainaut)}, actors)


SEES = {  # whose groups, which they may ask to join, which they read
    "coordinator": ("", "", "Namur Hainaut"),
    "administrator": ("", "", ""),
    "lead": ("Namur", "Hainaut", "Namur"),
    "member": ("Namur", "Hainaut", "Namur"),
    "other": ("Hainaut", "Namur", "Hainaut"),
    "company": ("", "Hainaut Namur", ""),
    "volunteer": ("", "", ""),
    "stranger": ("", "", ""),
}


def test_everybody_finds_their_groups_and_no_other(peers: Peers) -> None:
    for name, (mine, offered, read) in SEES.items():
        actor = peers.actors[name]
        act_as(actor)
        assert [one.name for one in queries.my_groups(session(), actor)] == mine.split(), name
        assert [one.name for one in queries.offered(session(), actor).rows] == offered.split(), name
        for label, group_id in peers.groups.items():
            if label in read.split():
                assert queries.group(session(), actor, group_id).name == label
                assert queries.peers(session(), group_id), name
            else:
                for look in (queries.group, queries.is_lead):
                    with pytest.raises(NotFound):
                        look(session(), actor, group_id)
        network = queries.network_of(session(), actor)
        inside = name not in ("administrator", "volunteer", "stranger")
        assert (network.name if network else None) == ("Réseau wallon" if inside else None), name
        session().rollback()


def test_who_animates(peers: Peers) -> None:
    for name, expected in {"coordinator": True, "lead": True, "member": False}.items():
        actor = peers.actors[name]
        act_as(actor)
        assert queries.is_lead(session(), actor, peers.groups["Namur"]) is expected, name
        session().rollback()
    act_as(None)


def test_members_are_told_leads_first_and_who_left_is_history(peers: Peers) -> None:
    actor = peers.actors["member"]
    act_as(actor)
    found = queries.peers(session(), peers.groups["Namur"])
    assert [(one.name, one.is_lead, one.may_lead) for one in found] == [
        ("Pascale Aubry", True, True),
        ("Zoé Martin", False, False),
    ]
    told = queries.member_recipients(session(), [peers.groups["Namur"], peers.groups["Hainaut"]])
    assert [one.name for one in told] == ["Pascale Aubry", "Yves Colin", "Zoé Martin"]
    assert [one.name for one in queries.member_recipients(session(), [peers.groups["Namur"]], ["lead"])] == [
        "Pascale Aubry"
    ]
    both = queries.member_recipients(session(), [peers.groups["Namur"]], ["lead", "referent"])
    assert {one.name for one in both} == {"Pascale Aubry", "Zoé Martin"}
    assert queries.peers(session(), peers.groups["Namur"], left=True) == []


def test_who_left_the_group_or_their_organisation_is_history(peers: Peers) -> None:
    actor, gone = peers.actors["member"], peers.actors["lead"]
    with transaction() as tx:
        tx.execute(update(GroupMember).where(GroupMember.user_id == actor.user_id).values(until=clock.now()))
        ended = update(Membership).where(Membership.user_id == gone.user_id, Membership.org_id == gone.org_id)
        tx.execute(ended.values(ended_at=clock.now()))
    assert queries.peers(session(), peers.groups["Namur"]) == []
    assert {one.name for one in queries.peers(session(), peers.groups["Namur"], left=True)} == {
        "Pascale Aubry",
        "Zoé Martin",
    }
    assert queries.member_recipients(session(), [peers.groups["Namur"]]) == []
    act_as(actor)
    assert queries.my_groups(session(), actor) == []
    with pytest.raises(NotFound):
        queries.group(session(), actor, peers.groups["Namur"])


def test_the_coordination_sees_every_group_and_which_is_without_a_lead(peers: Peers) -> None:
    act_as(peers.actors["coordinator"])
    found = queries.groups_of(session(), session().get_one(Network, peers.network_id)).rows
    assert [(one.name, one.members, one.leads) for one in found] == [
        ("Hainaut", 1, ()),
        ("Namur", 2, ("Pascale Aubry",)),
    ]
