"""A group's life in front of its pages: it opens, people come in, one leads, one leaves, nobody else knows of it."""

import html
import re
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import make_organization, make_user
from factories.network import make_company, make_network
from factories.pages import Visitor, readable
from maillage.accounts.models import Organization, User
from maillage.kernel import jobs
from maillage.kernel.db import session
from maillage.network.groups.models import Group, GroupEntry, GroupMember


@dataclass(slots=True)
class Cast:
    coordinator: Visitor
    lead: Visitor
    second: Visitor
    referent: Visitor
    outsider: Visitor


@pytest.fixture
def cast(app: Flask) -> Cast:
    umbrella = make_organization(kind="umbrella", country="BE", name="Coordination wallonne")
    meuse = make_organization(kind="landlord", country="BE", name="Meuse Logis")
    elsewhere = make_organization(kind="landlord", country="BE")
    people = {
        "coordinator": (make_user(umbrella, ("coordinator",)), umbrella),
        "lead": (make_user(meuse, ("lead", "referent"), name="Pascale Aubry", email="pascale@meuse.example"), meuse),
        "second": (make_user(meuse, ("lead",), name="Luc Denis", email="luc@meuse.example"), meuse),
        "referent": (make_user(meuse, name="Zoé Martin", email="zoe@meuse.example"), meuse),
        "outsider": (make_user(elsewhere, email="ailleurs@ailleurs.example"), elsewhere),
    }
    network = make_network(umbrella, name="Réseau wallon", country="BE")
    make_company(network, meuse)
    return Cast(**{name: _visitor(app, *who) for name, who in people.items()})


def _visitor(app: Flask, user: User, org: Organization) -> Visitor:
    return Visitor(app, SimpleNamespace(user=user, org=org))  # type: ignore[arg-type]


def _open_group(cast: Cast) -> str:
    cast.coordinator.go(
        "/reseau/coordination/groupes", name="Namur", territory="province de Namur", welcome="Bonjour !"
    )
    return f"/reseau/groupes/{session().scalar(select(Group.id))}"


def _entry() -> str:
    session().rollback()  # what was read before is not what is there now
    entry = session().scalars(select(GroupEntry.id).where(GroupEntry.answered_at.is_(None))).one()
    return f"/reseau/entrees/{entry}"


def _let_in(cast: Cast, group: str, visitor: Visitor, email: str) -> None:
    cast.coordinator.go(f"{group}/membres", email=email)
    visitor.go(_entry(), answer="accepted")


def _seat(name: str) -> str:
    found = select(GroupMember.id).join(User, User.id == GroupMember.user_id).where(User.name == name)
    session().rollback()
    return str(session().scalar(found.where(GroupMember.until.is_(None))))


def test_from_an_empty_group_to_a_handed_over_one(cast: Cast) -> None:
    group = _open_group(cast)
    cast.lead.get(group, status=404)
    cast.coordinator.go(f"{group}/membres", email="pascale@meuse.example", words="Prenez place.")
    jobs.drain()
    assert "Demandes et invitations à rejoindre un groupe" in readable(cast.lead.get("/notifications"))
    assert "Prenez place." in html.unescape(cast.lead.get("/reseau"))
    assert cast.lead.go(_entry(), answer="accepted") == f"{group}/bienvenue"
    cast.coordinator.go(f"{group}/membres/{_seat('Pascale Aubry')}/chef")
    assert "Chef de réseau" in readable(cast.lead.get(group))

    cast.referent.go(f"/reseau/rejoindre/{group[-36:]}", words="Je suis à Andenne.")
    jobs.drain()
    assert "Je suis à Andenne." in html.unescape(cast.lead.get(f"{group}/membres"))
    cast.lead.go(_entry(), answer="accepted")
    page = readable(cast.referent.get(f"{group}/bienvenue"))
    assert "Bonjour !" in page and "0 sur 5" in page
    cast.referent.go(f"{group}/bienvenue", step="hello:done")
    assert "1 sur 5" in readable(cast.referent.get(group))

    refused = cast.lead.refused(f"{group}/quitter")
    assert "Dites à qui vous confiez le groupe" in refused and "Zoé Martin" in refused
    _let_in(cast, group, cast.second, "luc@meuse.example")
    cast.lead.go(f"{group}/quitter", successor=_seat("Luc Denis"))
    cast.lead.get(group, status=404)
    members = readable(cast.second.get(f"{group}/membres"))
    assert "Luc Denis Chef de réseau" in members and "Anciens membres Pascale Aubry" in members
    cast.second.go(f"{group}/passer-la-main", successor="coordination")
    jobs.drain()
    assert "Coordination wallonne l’anime" in readable(cast.referent.get(group))
    assert "Sans chef de réseau" in readable(cast.coordinator.get("/reseau/coordination"))


def test_refusals_say_what_to_do(cast: Cast) -> None:
    group = _open_group(cast)
    form = "/reseau/coordination/groupes"
    assert "porte déjà ce nom" in cast.coordinator.refused(form, name="Namur")
    assert "n’est pas reconnu" in cast.coordinator.refused(form, name="Ailleurs", territory="Xyzzy")
    assert "Personne n’a cette adresse" in cast.coordinator.refused(
        f"{group}/membres", email="ailleurs@ailleurs.example"
    )
    _let_in(cast, group, cast.referent, "zoe@meuse.example")
    assert "déjà membre" in cast.coordinator.refused(f"{group}/membres", email="zoe@meuse.example")
    cast.coordinator.go(f"{group}/membres/{_seat('Zoé Martin')}/chef")
    assert "n’a pas encore le rôle" in html.unescape(cast.coordinator.get(f"{group}/membres"))
    cast.lead.go(f"/reseau/rejoindre/{group[-36:]}")
    assert "attend déjà une réponse" in html.unescape(
        cast.lead.post(f"/reseau/rejoindre/{group[-36:]}", status=422).text
    )
    entry = _entry()
    cast.referent.post(entry, status=404, answer="accepted")  # whose it is not, knows of nothing
    cast.coordinator.go(entry, answer="declined")
    cast.coordinator.post(entry, status=409, answer="accepted")


def test_others_meet_nothing_of_a_group(cast: Cast) -> None:
    group = _open_group(cast)
    _let_in(cast, group, cast.referent, "zoe@meuse.example")
    for path in ("", "/membres", "/bienvenue", "/quitter", "/passer-la-main", "/reglages"):
        cast.outsider.get(group + path, status=404)
        cast.lead.get(group + path, status=404)  # of a company of the network, and not in the group
    assert "Namur" not in cast.outsider.get("/reseau")
    assert re.search("Namur", cast.lead.get("/reseau"))
    cast.outsider.get(f"/reseau/rejoindre/{group[-36:]}", status=404)
    cast.referent.get(f"{group}/reglages", status=403)
    cast.referent.post(f"{group}/membres", status=403, email="luc@meuse.example")
