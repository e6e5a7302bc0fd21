"""A provincial meeting through our pages, from the poll to the minutes: the lead, members, a guest."""

import html
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from factories.accounts import sign_in
from factories.meetings import Circle, Person, make_action, make_circle, make_meeting, soon
from factories.pages import readable
from maillage.kernel import clock, jobs
from maillage.kernel.db import session, transaction
from maillage.kernel.scope import wide_open
from maillage.network.meetings.codes import State
from maillage.network.meetings.models import Meeting, MeetingAction, MeetingDate, MeetingItem
from maillage.notifications.models import MailMessage


class Reader:
    """Somebody of the group, or nobody, in front of our pages."""

    def __init__(self, app: Flask, person: Person | None = None) -> None:
        client: FlaskClient = app.test_client()
        self.client = sign_in(client, person.user, person.org) if person else client

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status, answer.location)
        return readable(answer.text).replace("\u00a0", " ")

    def post(self, path: str, status: int = 303, **fields: Any) -> str:
        """Where it leads, or what a refusal says."""
        answer = self.client.post(path, data=fields)
        assert answer.status_code == status, (path, answer.status, readable(answer.text)[:800])
        return str(answer.location) if status == 303 else readable(html.unescape(answer.text)).replace("\u00a0", " ")


@pytest.fixture
def circle(app: Flask) -> Circle:
    return make_circle()


def typed(at: datetime) -> str:
    return at.astimezone(clock.ZONES["FR"]).strftime("%Y-%m-%dT%H:%M")


def ids(model: Any, meeting_id: UUID) -> list[UUID]:
    session().rollback()
    with wide_open("a test"):
        column = model.starts_at if model is MeetingDate else model.id
        return list(session().scalars(select(model.id).where(model.meeting_id == meeting_id).order_by(column)))


def put_in_the_past(meeting_id: UUID) -> None:
    """The day comes."""
    with wide_open("a test"), transaction() as tx:
        tx.execute(update(Meeting).where(Meeting.id == meeting_id).values(starts_at=clock.now() - timedelta(hours=1)))


def test_a_meeting_from_the_poll_to_the_minutes(app: Flask, circle: Circle) -> None:
    lead, member, other = Reader(app, circle.lead), Reader(app, circle.member), Reader(app, circle.other)
    group = f"/reseau/groupes/{circle.group_id}"
    assert "Réunir le groupe" in lead.get(group) and "Réunir le groupe" not in member.get(group)
    call = {"title": "Réunion de printemps", "place": "Namur, salle 2", "minutes_long": "120"}
    refused = lead.post(f"{group}/reunions/nouvelle", 422, **(call | {"place": "", "dates-0": typed(soon(8))}))
    assert "Indiquez un lieu" in refused
    for never in ("0001-01-01T00:00", "9999-12-31T23:59"):
        assert "Choisissez une date" in lead.post(f"{group}/reunions/nouvelle", 422, **(call | {"dates-0": never}))
    assert "Indiquez au moins une date" in lead.post(f"{group}/reunions/nouvelle", 422, **call)
    dates = {f"dates-{number}": typed(soon(8 + number)) for number in range(2)}
    here = lead.post(f"{group}/reunions/nouvelle", **(call | dates))
    meeting_id = UUID(here.rpartition("/")[2])
    first, second = (f"date_{one.hex}" for one in ids(MeetingDate, meeting_id))
    assert "Répondez aussi pour cette date" in member.post(f"{here}/disponibilites", 422, **{first: "yes"})
    member.post(f"{here}/disponibilites", **{first: "yes", second: "no"})
    other.post(f"{here}/disponibilites", **{first: "no", second: "yes"})
    page = lead.get(f"{here}/date")
    assert "Égalité" in page and page.count("À égalité") == 2
    assert "Plusieurs dates sont à égalité : c’est à vous de choisir." in lead.post(f"{here}/date", 422)
    lead.post(f"{here}/date", date_id=str(UUID(hex=second[5:])))
    assert "Date fixée" in member.get(here)
    member.post(f"{here}/points/nouveau", title="Impayés d’hiver", lasts="20")
    lead.post(f"{here}/points/nouveau", title="Tour de table", lasts="")
    asked, own = ids(MeetingItem, meeting_id)
    order = {f"position_{asked.hex}": "1", f"position_{own.hex}": "2", f"lasts_{asked.hex}": "20"}
    order[f"lasts_{own.hex}"] = ""
    assert "Indiquez un nombre" in lead.post(f"{here}/ordre-du-jour", 422, **(order | {f"position_{own.hex}": "²"}))
    lead.post(f"{here}/ordre-du-jour", **order)
    assert re.search("Ordre du jour Impayés d’hiver .20 min. Tour de table", member.get(here))
    assert "Qui vient à votre place" in other.post(f"{here}/reponse", 422, said="represented")
    other.post(f"{here}/reponse", said="represented", stand_in="Nora Bis")
    member.post(f"{here}/reponse", said="coming")
    put_in_the_past(meeting_id)
    assert "Ouvrir la réunion" in lead.get(here) and "Ouvrir la réunion" not in member.get(here)
    lead.post(f"{here}/ouvrir")
    assert "en cours d’écriture" in member.get(here)
    member.get(f"{here}/compte-rendu", 409)
    absent = {f"presence_{circle.other.user.id.hex}": "absent", f"presence_{circle.lead.user.id.hex}": "present"}
    member_there = {f"presence_{circle.member.user.id.hex}": "present"}
    lead.post(f"{here}/presences", **absent, **member_there)
    notes = {f"notes_{asked.hex}": "Trois situations types.", "summary": "On écrit au CPAS.", "version": "2"}
    assert "changé entre-temps" in lead.post(f"{here}/compte-rendu/ecrire", 422, **(notes | {"version": "1"}))
    form = lead.client.get(f"{here}/compte-rendu/ecrire").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', form)
    assert version is not None
    lead.post(f"{here}/compte-rendu/ecrire", **(notes | {"version": version[1]}))
    lead.post(f"{here}/decisions/nouvelle", text="Une lettre commune part en mai.")
    due = (clock.today() + timedelta(days=20)).isoformat()
    assert "Choisissez une personne" in lead.post(f"{here}/actions/nouvelle", 422, what="Écrire", due_on=due)
    lead.post(f"{here}/actions/nouvelle", what="Écrire au CPAS", owner_id=str(circle.member.user.id), due_on=due)
    lead.post(f"{here}/publier")
    read = member.get(f"{here}/compte-rendu")
    for words in ("Trois situations types.", "Une lettre commune", "Écrire au CPAS", "Zoé Martin", "Absents"):
        assert words in read, words
    assert "Noter l’approbation" not in read
    [action_id] = ids(MeetingAction, meeting_id)
    assert "en un mot pourquoi" in member.post(f"/reseau/actions/{action_id}", 422, state="dropped")
    other.post(f"/reseau/actions/{action_id}", 422, state="done")
    member.post(f"/reseau/actions/{action_id}", state="done", word="Lettre envoyée")
    lead.post(f"{here}/approuver")
    assert "Lettre envoyée" in other.get(f"{here}/compte-rendu")
    lead.get(f"{here}/compte-rendu/ecrire", 409)
    stranger = Reader(app, circle.stranger)
    for path in ("", "/compte-rendu", "/agenda.ics", "/modifier"):
        stranger.get(f"{here}{path}", 404)


def test_a_guest_sees_one_invitation_and_calendars_name_nobody(app: Flask, circle: Circle) -> None:
    lead = Reader(app, circle.lead)
    meeting_id = make_meeting(circle)
    here = f"/reseau/reunions/{meeting_id}"
    jobs.drain()
    assert "adresse e-mail" in lead.post(f"{here}/invites", 422, name="Léa Guide", email="nulle part")
    lead.post(f"{here}/invites", name="Léa Guide", email="lea@ailleurs.example", body="CPAS de Namur")
    jobs.drain()
    mail = session().scalars(select(MailMessage).where(MailMessage.recipient == "lea@ailleurs.example")).one()
    assert not any(word in mail.subject + mail.text for word in ("printemps", "Namur", "Pascale", "Groupe"))
    link = "/reunion/" + mail.text.partition("/reunion/")[2].split()[0]
    guest = Reader(app)
    for _ in range(2):
        assert "Réunion du printemps" in guest.get(link)
    assert "Pas encore répondu" in lead.get(f"{here}/invites"), "reading answers nothing"
    assert "Dites si vous venez" in guest.post(link, 422)
    guest.post(link, said="coming")
    assert "Vient" in lead.get(f"{here}/invites")
    guest.get(here, 303)
    before = guest.client.get(f"{link}/agenda.ics").text
    lead.post(f"{here}/deplacer", at=typed(soon(20)), version=version_of(lead, here))
    for text in (before, lead.client.get(f"{here}/agenda.ics").text):
        assert "BEGIN:VEVENT" in text
        assert not any(name in text for name in ("Léa", "Pascale", "Zoé", "printemps", "salle.example"))
    assert "SEQUENCE:0" in before and "SEQUENCE:1" in lead.client.get(f"{here}/agenda.ics").text
    assert "a été déplacée" not in guest.get(link), "no word was given"
    jobs.drain()
    guest.get(link, 404)
    guest.get("/reunion/nothing", 404)


def version_of(reader: Reader, here: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', reader.client.get(f"{here}/deplacer").text)
    assert found is not None
    return found[1]


def test_the_group_shows_its_next_meeting_and_what_is_left_to_do(app: Flask, circle: Circle) -> None:
    member = Reader(app, circle.member)
    group = f"/reseau/groupes/{circle.group_id}"
    assert "Aucune date pour l’instant" in member.get(group)
    make_action(circle, make_meeting(circle, State.PUBLISHED, at=soon(-20)))
    make_meeting(circle, State.CANCELLED)
    later, nearer = make_meeting(circle, at=soon(9)), make_meeting(circle, at=soon(4))
    shown = member.client.get(group).text
    assert str(nearer) in shown and str(later) not in shown
    assert "1 action en cours" in readable(shown)
    listed = member.get(f"{group}/reunions")
    for words in ("À venir", "Actions en cours", "Écrire au CPAS", "Clore", "Passées", "Annulée"):
        assert words in listed, words
