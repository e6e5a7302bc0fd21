"""The roster in front of its pages: who is missing, a company's sheet, a year's report, the network's own words."""

import html
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import make_organization, make_user
from factories.network import make_company, make_network
from factories.pages import Visitor, readable
from maillage.kernel import clock, jobs
from maillage.kernel.db import session
from maillage.network.roster import service
from maillage.network.roster.models import OfficialText, ReportForm, Skill
from maillage.notifications.models import Notification

SHEET = {
    "dwellings": "1 240", "communes": "3", "posts": "1,5", "organisation": "Seconde ligne.", "team": "Deux CESF.",
    "axes": ["arrears", "rehousing"], "project": "running", "project_name": "Mon logement et moi",
    "agreement_on": "2026-01-15", "agreement_ends_on": "2028-12-31",
}  # fmt: skip


@pytest.fixture
def people(app: Flask) -> dict[str, Visitor]:
    umbrella = make_organization(kind="umbrella", country="BE", name="Coordination")
    meuse, sambre, away = (
        make_organization(kind="landlord", country="BE", name=name) for name in ("Meuse", "Sambre", "Ailleurs")
    )
    network = make_network(umbrella, name="Réseau wallon", country="BE")
    for body in (meuse, sambre):
        make_company(network, body)
    cast = {
        "coordinator": (make_user(umbrella, ("coordinator",)), umbrella),
        "meuse": (make_user(meuse, name="Zoé Martin"), meuse),
        "sambre": (make_user(sambre, ("org_admin",)), sambre),
        "away": (make_user(away), away),
    }
    return {
        name: Visitor(app, SimpleNamespace(user=user, org=org))  # type: ignore[arg-type]
        for name, (user, org) in cast.items()
    }


def _id(column: object) -> str:
    session().rollback()
    return str(session().scalars(select(column)).one())  # type: ignore[call-overload]


def test_who_is_missing_and_what_a_company_says(people: dict[str, Visitor]) -> None:
    coordinator, meuse = people["coordinator"], people["meuse"]
    page = coordinator.get("/reseau/organisations")
    assert "Sans référent : 1" in readable(page) and "Fiche vide : 2" in readable(page)
    path = html.unescape(page).split(">Meuse<")[0].rpartition('href="')[2].rstrip('"')
    assert "après sa signature" in meuse.refused(f"{path}/fiche", **SHEET | {"agreement_ends_on": "2025-01-01"})
    wrong = meuse.refused(f"{path}/fiche", **SHEET | {"posts": "beaucoup", "dwellings": "x"})
    assert "par exemple 0,5" in wrong and "nombre entier" in wrong and "Mon logement et moi" in wrong
    meuse.go(f"{path}/fiche", **SHEET)
    assert "Lutte contre les impayés" in readable(meuse.get(path)) and "1,5" in readable(meuse.get(path))
    listed = readable(coordinator.get("/reseau/organisations"))
    assert "Zoé Martin 1,5 Projet en cours" in listed and "Fiche vide : 1" in listed
    for other in ("sambre", "away"):
        people[other].get(path, status=404)
        people[other].get(f"{path}/fiche", status=404)
    assert "Aucune organisation" in coordinator.refused("/reseau/organisations", name="Inconnue")
    coordinator.go("/reseau/organisations", name="ailleurs")
    assert "Ailleurs" in readable(coordinator.get("/reseau/organisations"))


def test_a_report_from_its_questions_to_its_table(people: dict[str, Visitor]) -> None:
    coordinator, meuse, sambre = people["coordinator"], people["meuse"], people["sambre"]
    due = clock.today("BE") + timedelta(days=20)
    assert "date à venir" in coordinator.refused("/reseau/rapports/nouveau", title="Rapport", due_on="2020-01-01")
    coordinator.go("/reseau/rapports/nouveau", title="=Rapport 2026", due_on=due.isoformat())
    report = f"/reseau/rapports/{_id(ReportForm.id)}"
    meuse.get(report, status=404)
    for label, kind in (("Ménages accompagnés", "number"), ("Une convention ?", "yes_no"), ("Un mot", "text")):
        coordinator.go(f"{report}/questions", label=label, kind=kind)
    coordinator.go(f"{report}/questions/retirer", code="q3")
    coordinator.go(f"{report}/envoyer")
    jobs.drain()
    assert "À faire" in readable(meuse.get("/reseau/rapports"))
    coordinator.post(f"{report}/questions", status=422, label="Trop tard", kind="text")

    wrong = meuse.refused(report, q1="douze", q2="yes", hand_in="1")
    assert "Écrivez un nombre" in wrong and "douze" in wrong
    assert "Répondez" in meuse.refused(report, q1="12", hand_in="1")
    meuse.go(report, q1="12", hand_in="0")
    assert "Commencé" in readable(meuse.get("/reseau/rapports"))
    assert "0 sur 2" in readable(coordinator.get(f"{report}/consolidation"))
    meuse.go(report, q1="12,5", q2="yes", hand_in="1")
    sambre.go(report, q1="30", q2="no", hand_in="1")
    told = readable(coordinator.get(f"{report}/consolidation"))
    assert "Meuse 12,5 oui" in told and "Ensemble 42,5 1 oui sur 2" in told
    taken = coordinator.post(f"{report}/consolidation", status=200)
    assert taken.data.decode("utf-8-sig").splitlines() == [
        "organisation;Ménages accompagnés;Une convention ?", "Meuse;12,5;oui", "Sambre;30;non",
    ]  # fmt: skip
    people["away"].get(report, status=404)
    meuse.get(f"{report}/consolidation", status=403)


def test_late_companies_are_reminded_once_at_each_step(people: dict[str, Visitor]) -> None:
    coordinator, meuse = people["coordinator"], people["meuse"]
    due = clock.today("BE") + timedelta(days=20)
    coordinator.go("/reseau/rapports/nouveau", title="Rapport", due_on=due.isoformat())
    report = f"/reseau/rapports/{_id(ReportForm.id)}"
    coordinator.go(f"{report}/questions", label="Ménages", kind="number")
    coordinator.go(f"{report}/envoyer")
    jobs.drain()
    meuse.go(report, q1="1", hand_in="1")
    left = []
    for days in range(24):
        with clock.at(clock.now() + timedelta(days=days)):
            session().rollback()
            left.append(service.remind_due(clock.now()) + service.remind_due(clock.now()))
            jobs.drain()
    assert [day for day, count in enumerate(left) if count] == [6, 17, 21] and sum(left) == 3
    session().rollback()
    told = session().scalars(select(Notification.kind).where(Notification.kind == "roster.report")).all()
    assert len(told) == 5  # both at first, then the late one three times


def test_texts_keep_their_versions_and_skills_find_people(people: dict[str, Visitor]) -> None:
    coordinator, meuse, sambre = people["coordinator"], people["meuse"], people["sambre"]
    text = {"kind": "definition", "title": "Ménage accompagné", "body": "Un ménage suivi.", "in_force_on": "2026-01-01"}
    coordinator.go("/reseau/textes/nouveau", **text)
    path = f"/reseau/textes/{_id(OfficialText.text_id)}"
    assert "ce qui change" in coordinator.refused(f"{path}/version", **text).lower()
    coordinator.go(f"{path}/version", **text | {"body": "Un ménage suivi trois mois.", "why": "Une durée."})
    page = readable(meuse.get(path))
    assert "Version 2" in page and "suivi trois mois" in page and "Un ménage suivi." in page
    people["away"].get(path, status=404)

    asked = meuse.refused("/reseau/savoir-faire", words="Appeler Luc au 0475 12 34 56", axis="arrears")
    assert "« 0475 12 34 56 »" in asked and "personne ne peut être reconnu" in asked
    meuse.go("/reseau/savoir-faire", words="Conciergerie solidaire avec une régie", axis="dwelling", year="2024")
    assert "Zoé Martin, Meuse" in readable(sambre.get("/reseau/savoir-faire?q=CONCIERGERIE+régie"))
    assert "Personne ne l’a encore dit" in readable(sambre.get("/reseau/savoir-faire?q=potager"))
    gone = f"/reseau/savoir-faire/{_id(Skill.id)}/retirer"
    sambre.post(gone, status=404)
    meuse.go(gone)
    assert "Zoé Martin, Meuse" not in readable(sambre.get("/reseau/savoir-faire"))
