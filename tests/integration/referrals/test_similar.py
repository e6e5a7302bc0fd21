"""A team is told that it may follow somebody already: its own situations only, and never more than each may know."""

import html
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from factories.accounts import actor_of, bearer, make_user
from factories.pages import Visitor, readable
from factories.referrals import FIRST_NAME, LAST_NAME, PHONE, Town, make_side, make_situation, situation_input
from factories.statements import StatementCounter
from maillage.kernel.db import session
from maillage.referrals import service
from maillage.referrals.content import Person, SituationInput
from maillage.referrals.household import service as household
from maillage.referrals.models import Situation
from maillage.referrals.rights import service as rights
from maillage.referrals.similar.models import SituationDigest
from maillage.referrals.similar.queries import Similar, similar

pytestmark = pytest.mark.security

BORN = "1941-03-07"
ALONE: dict[str, str] = {"first_name": "Odile", "last_name": "Vandermersch", "birth_date": BORN}


def written(actor: Any, **person: Any) -> UUID:
    return make_situation(actor, person=person)


def found(town: Town, situation_id: UUID, actor: Any = None) -> list[Similar]:
    return list(similar(session(), actor or town.landlord.actor, situation_id))


def reference(situation_id: UUID) -> str:
    return session().get_one(Situation, situation_id).reference


@pytest.mark.parametrize(
    ("known", "typed", "alike"),
    [
        (ALONE, ALONE, True),
        (ALONE, {"first_name": "ODILE", "last_name": "vandermersch", "birth_date": BORN}, True),
        (
            {"first_name": "Jean-François", "last_name": "D’Hérouville Le Goff"},
            {"first_name": "francois jean", "last_name": "d'herouville-le goff"},
            True,
        ),
        ({"first_name": "Odile", "last_name": "Petit"}, {"first_name": "Petit", "last_name": "Odile"}, True),
        (ALONE, {"first_name": "Odile", "last_name": "Vandermersch"}, True),
        (ALONE, ALONE | {"birth_date": "1968-01-01"}, False),
        (ALONE, {"first_name": "Odile", "last_name": "Vandermeer"}, False),
        (ALONE, {"first_name": "Odile"}, False),
        ({"first_name": "Odile"}, {"first_name": "Odile"}, False),
        ({"first_name": "A", "phone": "06 39 98 11 22"}, {"first_name": "B", "phone": "+33639981122"}, True),
        ({"first_name": "A", "phone": "06.39.98.11.22"}, {"first_name": "B", "phone": "06 39 98 11 23"}, False),
        ({"first_name": "A", "phone": "secret"}, {"first_name": "B", "phone": "secret"}, False),
    ],
)
def test_what_looks_alike(town: Town, known: dict[str, str], typed: dict[str, str], alike: bool) -> None:
    first, second = written(town.landlord.actor, **known), written(town.landlord.actor, **typed)
    assert found(town, second) == ([Similar(first, reference(first))] if alike else [])
    assert len(found(town, first)) == alike


def test_never_from_one_organisation_to_another(town: Town) -> None:
    elsewhere = make_side("landlord", "referent")
    first, second = written(town.landlord.actor, **ALONE), written(elsewhere.actor, **ALONE)
    assert found(town, second, elsewhere.actor) == found(town, first) == []
    digests = set(session().scalars(select(SituationDigest.digest)))
    assert len(digests) == 4, "equal names give unequal digests under another key"
    assert found(town, second) == [], "somebody else's situation is compared for nobody"


def test_what_a_colleague_follows_is_told_without_its_reference(town: Town) -> None:
    first = written(town.landlord.actor, **ALONE)
    colleague = town.landlord.colleague("colleague")
    second = written(colleague, **ALONE)
    assert found(town, second, colleague) == [Similar(None, None)]
    assert found(town, second) == [Similar(first, reference(first))], "who reads the whole organisation reads this one"


def test_the_page_says_so_and_stops_nothing(app: Flask, sender: Visitor, town: Town) -> None:
    first = written(town.landlord.actor, **ALONE)
    second = make_situation(town.landlord.actor, person={"first_name": "Paul"})
    path = f"/orienter/{second}/personne"
    assert "situation proche" not in sender.get(path)
    step = sender.go(path, first_name="odile", last_name="VANDERMERSCH", allowed="never", version="1")
    assert step.endswith("/partenaires")
    for page in (step, path):
        shown = sender.get(page)
        assert f"Une situation proche existe déjà : {reference(first)}." in " ".join(readable(shown).split()).replace(
            f"{reference(first)} .", f"{reference(first)}."
        )
        assert f'href="/situations/{first}"' in html.unescape(shown)


def test_the_page_about_a_colleague_s_names_nothing(app: Flask, town: Town) -> None:
    first = written(town.landlord.actor, **ALONE)
    user = make_user(town.landlord.org, ("colleague",))
    second = written(actor_of(user, town.landlord.org), **ALONE)
    page = Visitor(app, town.landlord, user).get(f"/orienter/{second}/partenaires")
    assert "Une situation proche existe déjà, suivie par un collègue." in readable(page)
    assert reference(first) not in page
    assert str(first) not in page


def test_several_are_told_in_one_sentence(sender: Visitor, town: Town) -> None:
    first, second, third = (written(town.landlord.actor, **ALONE) for _ in range(3))
    told = readable(sender.get(f"/orienter/{third}/partenaires"))
    assert told.count("situations proches existent") == 1
    assert {reference(it) in told for it in (first, second)} == {True}


def test_the_api_gives_it_as_a_warning(client: FlaskClient, town: Town) -> None:
    headers = bearer(town.landlord.user, town.landlord.org)
    body = situation_input().model_dump(mode="json")
    assert client.post("/api/v1/situations", json=body, headers=headers).json["similar"] == []
    again = client.post("/api/v1/situations", json=body, headers=headers)
    assert again.status_code == 201
    assert len(again.json["similar"]) == 1
    assert set(again.json["similar"][0]) == {"situation_id", "reference"}


def test_what_is_kept_apart_is_told_to_nobody_else(town: Town) -> None:
    """Whoever follows the opposed person would learn from the phone they share that the other is followed too."""
    colleague = town.landlord.colleague("referent")
    first = written(town.landlord.actor, **ALONE)
    household.keep_apart(town.landlord.actor, situation_id=first, user_id=colleague.user_id)
    second = written(colleague, **ALONE)
    assert found(town, second, colleague) == []


def test_persons_of_one_household_share_a_phone(town: Town) -> None:
    me = town.landlord.actor
    first = written(me, first_name="Odile", phone=PHONE)
    second = household.add_person(me, situation_id=first)
    given = SituationInput(person=Person(first_name="Paul", phone=PHONE))
    service.update_situation(me, situation_id=second, given=given)
    assert found(town, first) == found(town, second) == []


def test_it_follows_what_is_written_and_goes_with_it(town: Town) -> None:
    me = town.landlord.actor
    first, second = written(me, **ALONE), written(me, **ALONE)
    given = SituationInput(person=Person(first_name="Paul", last_name="Autre"))
    service.update_situation(me, situation_id=second, given=given)
    assert found(town, second) == found(town, first) == []
    service.update_situation(me, situation_id=second, given=SituationInput(person=Person.model_validate(ALONE)))
    assert len(found(town, first)) == 1
    rights.erase(me, situation_id=second)
    assert found(town, first) == []
    service.delete_draft(me, situation_id=first)
    assert session().scalar(select(func.count()).select_from(SituationDigest)) == 0


def test_a_digest_tells_nothing_without_the_key(town: Town) -> None:
    written(town.landlord.actor, first_name=FIRST_NAME, last_name=LAST_NAME, phone=PHONE)
    rows = session().scalars(select(SituationDigest)).all()
    assert {len(row.digest) for row in rows} == {16}
    assert len({row.digest for row in rows}) == len(rows)


def test_what_it_costs(town: Town, count_statements: StatementCounter) -> None:
    """One statement on each page of preparing, a second where something is found."""
    first = written(town.landlord.actor, **ALONE)
    with count_statements as alone:
        found(town, first)
    assert len(alone.statements) == 1
    written(town.landlord.actor, **ALONE)
    alone.statements.clear()
    with count_statements as met:
        assert len(found(town, first)) == 1
    assert len(met.statements) == 2
