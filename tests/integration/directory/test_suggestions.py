"""What is proposed while a name is typed: what is in the directory now, and nothing else; fast on a real directory."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from time import perf_counter

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from factories.accounts import make_organization
from factories.directory import make_service
from maillage.accounts.models import Organization
from maillage.directory import suggestions
from maillage.directory.models import Service
from maillage.kernel import clock
from maillage.kernel.db import db, session, transaction
from maillage.kernel.ids import new_id

_minutes = count(2, 2)


@pytest.fixture(autouse=True)
def a_later_minute() -> Iterator[None]:
    """Names are read once a minute: each test lives in a minute of its own."""
    with clock.at(clock.now() + timedelta(minutes=next(_minutes))):
        yield


@pytest.fixture
def directory(app: Flask) -> Organization:
    org = make_organization(name="Les Heures Douces")
    make_service(org, name="Visites de convivialité à domicile")
    make_service(org, name="Épicerie solidaire", themes=["food-aid"])
    make_service(org, name="L’épicerie du dimanche", themes=["food-aid"])
    make_service(org, name="Visites secrètes", status="hidden")
    return org


def proposed(client: FlaskClient, q: str, **more: str) -> list[tuple[str, str]]:
    answer = client.get("/api/v1/suggestions", query_string={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["label"]) for one in answer.get_json()]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("visit", ("service", "Visites de convivialité à domicile")),
        ("CONVIVIALITE", ("service", "Visites de convivialité à domicile")),
        ("épic", ("service", "Épicerie solidaire")),
        ("dimanche", ("service", "L’épicerie du dimanche")),
        ("heures d", ("organization", "Les Heures Douces")),
        ("aide ali", ("theme", "Aide alimentaire")),
        ("alimentaire", ("theme", "Aide alimentaire")),
        ("béthun", ("place", "Béthune (62)")),
    ],
)
def test_a_word_that_begins_so_is_enough(
    directory: Organization, client: FlaskClient, typed: str, expected: tuple[str, str]
) -> None:
    assert expected in proposed(client, typed)


def test_names_that_begin_so_come_before_those_that_hold_it(directory: Organization, client: FlaskClient) -> None:
    make_service(directory, name="Association d’épicerie mobile")
    found = [label for kind, label in proposed(client, "epicerie") if kind == "service"]
    assert found == ["L’épicerie du dimanche", "Épicerie solidaire", "Association d’épicerie mobile"]


def test_each_leads_somewhere(directory: Organization, client: FlaskClient) -> None:
    for typed in ("visites", "heures", "aide ali"):
        for one in client.get(f"/api/v1/suggestions?q={typed}&place=commune:62119").get_json():
            assert bool(one["href"]) is (one["kind"] != "place")
            if one["href"]:
                assert client.get(one["href"]).status_code == 200
            if one["kind"] == "theme":
                assert "place=commune%3A62119" in one["href"]


def test_what_left_the_directory_is_not_proposed_any_more(directory: Organization, client: FlaskClient) -> None:
    assert proposed(client, "visites secr") == []
    assert ("service", "Épicerie solidaire") in proposed(client, "epicerie")
    with transaction() as tx:
        tx.get_one(Organization, directory.id).status = "suspended"
    db.session.remove()
    assert proposed(client, "epicerie") == proposed(client, "heures douces") == []


def test_what_came_is_proposed_within_a_minute_or_two(directory: Organization, client: FlaskClient) -> None:
    assert proposed(client, "zebre") == []
    make_service(directory, name="Le zèbre bleu")
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert proposed(client, "zebre") == [("service", "Le zèbre bleu")]


@pytest.mark.parametrize("typed", ["", "a", "  ", "%", "'; DROP TABLE service; --", "\x00\x01", "😀😀", "x" * 500])
def test_what_names_nothing_proposes_nothing(directory: Organization, client: FlaskClient, typed: str) -> None:
    assert proposed(client, typed) == []


def test_too_long_is_said(directory: Organization, client: FlaskClient) -> None:
    assert client.get("/api/v1/suggestions", query_string={"q": "x" * 501}).status_code == 422


def test_a_very_name_is_known_whatever_its_accents(directory: Organization, app: Flask) -> None:
    assert [one.label for one in suggestions.exactly(session(), "EPICERIE solidaire")] == ["Épicerie solidaire"]
    assert [one.kind for one in suggestions.exactly(session(), "les heures douces")] == ["organization"]
    assert suggestions.exactly(session(), "épicerie") == []


def test_a_directory_of_sixteen_thousand_answers_at_once(app: Flask, client: FlaskClient) -> None:
    org = make_organization(name="Grand réseau")
    shared = {"org_id": org.id, "status": "published"}
    rows = [
        shared | {"id": new_id(), "name": f"Accueil de jour numéro {number} du quartier {number % 977}"}
        for number in range(16_000)
    ]
    with transaction() as tx:
        tx.execute(insert(Service), rows)
    proposed(client, "accueil")
    spent = []
    for q in ("ac", "accueil", "quar", "numero 15", "jour", "grand", "de") * 10:
        start = perf_counter()
        assert proposed(client, q)
        spent.append(perf_counter() - start)
    assert sorted(spent)[66] < 0.100, spent  # some milliseconds where nothing else runs
