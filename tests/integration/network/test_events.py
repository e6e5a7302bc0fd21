"""A session from the catalogue to the certificate, on its pages, on both databases; who finds what, and bad input."""

import html
import io
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from factories.accounts import actor_of, make_organization, make_user, sign_in
from factories.circle import make_circle
from factories.files import pdf
from factories.learning import a_plan, in_days, make_course, make_event, stored
from factories.network import join, make_group, make_network
from maillage.accounts.models import Organization, User
from maillage.directory.vocabulary import themes
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, NotFound
from maillage.kernel.scope import act_as
from maillage.network.events import queries, service
from maillage.network.events.codes import Act, State
from maillage.network.events.models import Registration
from maillage.network.events.service import materials, telling
from maillage.network.seats import seats
from maillage.notifications.calendar import entries
from maillage.notifications.models import Notification

BASE = "/reseau/formations"


@dataclass
class Peers:
    """A network of two groups: Namur with its lead and six members, Hainaut with one; and people of elsewhere."""

    app: Flask
    groups: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, tuple[User, Organization]] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return actor_of(*self.people[name])

    def get(self, name: str, path: str, status: int = 200) -> str:
        answer = self.browser(name).get(path)
        assert answer.status_code == status, (name, path, answer.status, answer.location)
        return words(answer)

    def post(self, name: str, path: str, status: int = 303, **fields: object) -> TestResponse:
        answer = self.browser(name).post(path, data=fields, content_type="multipart/form-data")
        assert answer.status_code == status, (name, path, answer.status, words(answer)[:800])
        return answer

    def browser(self, name: str) -> FlaskClient:
        return sign_in(self.app.test_client(), *self.people[name])


def words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(answer.text)))


@pytest.fixture
def peers(app: Flask) -> Peers:
    umbrella, landlord = make_organization(kind="umbrella"), make_organization(kind="landlord", name="Logis de Meuse")
    found = Peers(app)
    network = make_network(umbrella, name="Réseau wallon")
    groups = {name: make_group(network, name=name) for name in ("Namur", "Hainaut")}
    found.groups = {name: one.id for name, one in groups.items()}
    found.people = {
        "coordinator": (make_user(umbrella, ("coordinator",)), umbrella),
        "lead": (make_user(landlord, ("lead", "referent"), name="Pascale Aubry"), landlord),
        "other": (make_user(landlord, name="Yves Colin"), landlord),
        "company": (make_user(landlord), landlord),
    }
    foreign = make_organization(kind="landlord")
    found.people["stranger"] = (make_user(foreign), foreign)
    join(groups["Namur"], *found.people["lead"], lead=True)
    join(groups["Hainaut"], *found.people["other"])
    for number in range(6):
        found.people[f"member{number}"] = (make_user(landlord, name=f"Zoé Martin {number}"), landlord)
        join(groups["Namur"], *found.people[f"member{number}"])
    return found


def a_form(start: datetime, **overrides: object) -> dict[str, object]:
    local = start.astimezone(clock.ZONES["FR"])
    values: dict[str, object] = {
        "dates-0-start": f"{local:%Y-%m-%dT%H:%M}", "dates-0-until": f"{local + timedelta(hours=3):%H:%M}",
        "mode": "in_person", "place": "Salle des fêtes, Namur", "places": "5", "audience": "network",
    }  # fmt: skip
    return values | overrides


def told(kind: str) -> int:
    jobs.drain()
    session().rollback()
    return len(session().scalars(select(Notification.id).where(Notification.kind == kind)).all())


def test_from_the_catalogue_to_the_certificate(peers: Peers) -> None:
    namur = str(peers.groups["Namur"])
    refused = peers.post(
        "lead", "/reseau/formations/catalogue/ajouter", 422, host=namur, title="", aims="Écouter sans juger"
    )
    assert "Donnez un titre." in words(refused) and "Écouter sans juger" in words(refused)
    course = peers.post(
        "lead", "/reseau/formations/catalogue/ajouter", host=namur, kind="training", title="Premier entretien",
        trainer="Institut du lien", programme="Matin\nAprès-midi", audience="network",
    ).location  # fmt: skip
    start = in_days(20)
    plan = f"{course}/session"
    late = peers.post("lead", plan, 422, host=namur, **a_form(start - timedelta(days=40), place="Lieu gardé"))
    assert "Choisissez une date à venir." in words(late) and "Lieu gardé" in late.text
    page = peers.post("lead", plan, host=namur, **a_form(start, places="1")).location
    peers.get("member0", page, 404)
    assert "En préparation" in peers.get("lead", page)
    peers.post("lead", f"{page}/etape", step="ouvrir")

    shown = peers.get("member0", f"/reseau/groupes/{namur}")
    assert "Premier entretien" in shown and "1 place libre sur 1" in shown
    assert "M’inscrire" in peers.get("other", page), "another group of the network, too"
    assert "Vous avez une place" in follow(peers, "member0", f"{page}/inscription")
    assert "Vous êtes déjà inscrit" in follow(peers, "member0", f"{page}/inscription")
    assert "liste d’attente" in follow(peers, "other", f"{page}/inscription")
    roll = peers.get("lead", f"{page}/inscrits")
    assert re.search(r"Namur 1 0 Hainaut 0 1", roll) and "Zoé Martin 0" in roll and "Yves Colin" in roll
    peers.get("member1", f"{page}/inscrits", 403)
    assert "Zoé Martin 0" not in peers.get("member1", page), "members see counts"

    calendar = peers.browser("member0").get(f"{page}/agenda.ics")
    assert (
        calendar.content_type.startswith("text/calendar") and "SUMMARY:Formation · Premier entretien" in calendar.text
    )
    event_id = UUID(page.rpartition("/")[2])
    with clock.at(start + timedelta(hours=4)):
        assert "Conflit" not in peers.get("lead", f"{page}/inscrits")
        seated = session().scalars(select(Registration.id).where(Registration.number == 1)).one()
        peers.post("lead", f"{page}/inscrits", present=[str(seated)])
        assert stored(event_id).state == State.HELD
        assert told("event.rate") == 1
        assert "Prendre mon attestation" in peers.get("member0", page)
        paper = peers.browser("member0").get(f"{page}/attestation")
        said = " ".join(PdfReader(io.BytesIO(paper.data)).pages[0].extract_text().split())
        for expected in ("Zoé Martin 0", "Logis de Meuse", "Premier entretien", "Durée : 3 h", "Institut du lien"):
            assert expected in said, said
        peers.get("other", f"{page}/attestation", 404)


def follow(peers: Peers, name: str, path: str, **fields: object) -> str:
    browser = peers.browser(name)
    return words(browser.post(path, data=fields, follow_redirects=True))


def test_a_session_that_moves_keeps_its_people_and_tells_them(peers: Peers) -> None:
    lead, member = peers.actor("lead"), peers.actor("member0")
    event_id = make_event(lead, peers.groups["Namur"], places=1)
    service.sign_up(member, event_id=event_id)
    service.sign_up(peers.actor("other"), event_id=event_id)
    page, before = f"{BASE}/{event_id}", in_days(30)
    assert member.user_id is not None and member.org_id is not None
    assert [one.sequence for one in entries(session(), member.user_id, [member.org_id], clock.now())] == [0]
    form = peers.browser("lead").get(f"{page}/modifier").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', form)
    assert version is not None and 'value="Salle des fêtes, Namur"' in form
    later = before + timedelta(days=7)
    peers.post("lead", f"{page}/modifier", **a_form(later, version=version[1]))
    assert told("event.moved") == 2, "who has a place, and who waits"
    stale = peers.post("lead", f"{page}/modifier", 422, **a_form(later, version=version[1], note="Parking au fond"))
    assert "Quelqu’un a modifié cette session" in words(stale) and "Parking au fond" in stale.text
    assert "La date ou le lieu a changé. Votre inscription est gardée" in peers.get("member0", page)
    (entry,) = entries(session(), member.user_id, [member.org_id], clock.now())
    assert (entry.sequence, entry.start, entry.cancelled) == (1, later, False)
    assert "déplac" not in peers.get("lead", page)

    peers.post("lead", f"{page}/annuler", reason="La salle est prise.")
    assert told("event.cancelled") == 2
    assert "La salle est prise." in peers.get("member0", page)
    (entry,) = entries(session(), member.user_id, [member.org_id], clock.now())
    assert (entry.sequence, entry.cancelled) == (2, True), "calendars learn it"
    assert "Cette action n’est plus possible" in follow(peers, "member1", f"{page}/inscription")


def test_a_territory_where_nobody_signed_up_is_counted_too(app: Flask) -> None:
    circle = make_circle()
    with circle.speaking("coordinator") as coordinator:
        wide = make_event(coordinator)
    with circle.speaking("lead") as lead:
        own = make_event(lead, circle.namur, audience="group")
    for event_id in (wide, own):
        with circle.speaking("asker") as asker:
            service.sign_up(asker, event_id=event_id)
    counted = {}
    for event_id in (wide, own):
        with circle.speaking("coordinator"):
            found = queries.by_province(session(), stored(event_id))
            counted[event_id] = [(it.name, it.seated) for it in found]
    assert counted == {wide: [("Namur", 1), ("Hainaut", 0)], own: [("Namur", 1)]}


FINDS = {  # a session of Namur alone, one of Namur for the network, one of the coordination, one being prepared
    "coordinator": "own shared above draft",
    "lead": "own shared above draft",
    "member0": "own shared above",
    "other": "shared above",
    "company": "",
    "stranger": "",
}


def test_who_finds_which_session(peers: Peers) -> None:
    lead, above, namur = peers.actor("lead"), peers.actor("coordinator"), peers.groups["Namur"]
    course = make_course(above)
    events = {
        "own": make_event(lead, namur, course_id=course, audience="group"),
        "shared": make_event(lead, namur, course_id=course),
        "above": make_event(above, course_id=course),
        "draft": make_event(lead, namur, course_id=course, open_it=False),
    }
    for name, found in FINDS.items():
        actor = peers.actor(name)
        act_as(actor)
        assert {one for one in events if finds(actor, events[one])} == set(found.split()), name
        if found:
            network = queries.hosts(session(), actor).network
            listed = {line.event.id for line in queries.coming(session(), actor, network, seats(session(), actor))}
            assert listed == {events[one] for one in found.split()}, name
    for name in ("member0", "other", "lead"):
        act_as(peers.actor(name))
        with pytest.raises(Forbidden):
            service.move(peers.actor(name), event_id=events["above"], act=Act.CLOSE)
    act_as(lead)
    with pytest.raises(Forbidden):
        service.plan(lead, course_id=course, group_id=peers.groups["Hainaut"], content=a_plan())
    with pytest.raises(Forbidden):
        make_course(lead)


def finds(actor: Actor, event_id: UUID) -> bool:
    try:
        queries.stance(session(), actor, event_id)
    except NotFound:
        return False
    return True


def test_opinions_are_shown_five_at_a_time_and_are_nobodys(peers: Peers) -> None:
    lead = peers.actor("lead")
    event_id = make_event(lead, peers.groups["Namur"], places=20)
    people = [f"member{number}" for number in range(6)]
    for name in [*people, "other"]:
        service.sign_up(peers.actor(name), event_id=event_id)
    page, best = f"{BASE}/{event_id}", {"aims": "4", "useful": "4", "pace": "3", "trainer": "4", "place": "1"}
    with clock.at(stored(event_id).ends_at):
        present = {one.id for one in queries.roll(session(), event_id) if one.name != "Yves Colin"}
        service.record(lead, event_id=event_id, present=present)
        missing = peers.post("member0", f"{page}/avis", 422, aims="4")
        assert "Choisissez une réponse." in words(missing)
        for number, name in enumerate(people, 1):
            peers.post(name, f"{page}/avis", **best)
            said = peers.get("lead", page)
            assert ("5 avis" in said) == (number >= 5), number
            assert "6 avis" not in said, "one more would tell whose it is"
        assert "L’organisation était bonne 0 0 0 5 0 %" in peers.get("member1", page)
        assert "déjà donné votre avis" in words(peers.post("member0", f"{page}/avis", 422, **best))
        peers.get("other", f"{page}/avis", 404)
    assert stored(event_id).unshown["place"]["1"] == 1


def test_materials_are_for_those_who_have_a_place(peers: Peers) -> None:
    event_id = make_event(peers.actor("lead"), peers.groups["Namur"])
    service.sign_up(peers.actor("member0"), event_id=event_id)
    page = f"{BASE}/{event_id}/supports"
    folder = peers.app.extensions["maillage_settings"].paths.files / "events"
    others = set(folder.glob("??/*"))  # of tests before this one: only the database is emptied in between
    disguised = peers.post("lead", page, 422, file=(io.BytesIO(b"MZ not a document"), "diaporama.pdf"))
    assert "Envoyez un PDF" in words(disguised)
    peers.post("lead", page, file=(io.BytesIO(pdf()), "Diaporama de la journée.pdf"))
    (kept,) = queries.materials(session(), event_id)
    address = f"{page}/{kept.id}"
    (sealed,) = set(folder.glob("??/*")) - others
    assert b"%PDF" not in sealed.read_bytes()
    opened = peers.browser("member0").get(address)
    assert opened.data.startswith(b"%PDF-") and opened.headers["Content-Disposition"].startswith("attachment")
    assert "Diaporama de la journée.pdf" in peers.get("member0", f"{BASE}/{event_id}")
    for name in ("member1", "other", "stranger"):
        peers.get(name, address, 404)
    assert "Diaporama" not in peers.get("member1", f"{BASE}/{event_id}")
    peers.post("lead", f"{address}/retirer")
    assert set(folder.glob("??/*")) == others
    peers.get("member0", address, 404)
    (folder / "ab").mkdir(exist_ok=True)
    (folder / "ab" / str(event_id)).write_bytes(b"left over")
    with clock.at(clock.now() + timedelta(days=2)):
        assert materials.sweep(clock.now(), folder=folder) == 1 + len(others)


def test_reminders_come_twice_and_once_each(peers: Peers) -> None:
    event_id = make_event(peers.actor("lead"), peers.groups["Namur"], places=1)
    service.sign_up(peers.actor("member0"), event_id=event_id)
    service.sign_up(peers.actor("member1"), event_id=event_id)
    start = stored(event_id).starts_at
    counts = []
    for before in (timedelta(days=8), timedelta(days=6), timedelta(days=2), timedelta(hours=20), timedelta(hours=1)):
        with clock.at(start - before):
            for _ in range(2):
                telling.remind(clock.now())
            counts.append(told("event.soon"))
    assert counts == [0, 1, 1, 2, 2], "who has a place, not who waits"


def test_what_is_wanted_is_counted_by_territory_without_a_name(peers: Peers) -> None:
    namur, hainaut = str(peers.groups["Namur"]), str(peers.groups["Hainaut"])
    needs = "/reseau/formations/besoins"
    for name in ("member0", "member1"):
        peers.post(name, needs, group=namur, themes=["mental-health", "energy"], words="Animer un entretien")
    peers.post("member1", needs, group=namur, themes=["energy"], words="")
    peers.post("other", needs, group=hainaut, themes=["energy"], words="")
    many = peers.post("member2", needs, 422, group=namur, themes=[term.code for term in themes().top_level()][:7])
    assert "6 au plus" in words(many) or "thèmes au plus" in words(many)
    seen = peers.get("coordinator", f"{needs}/territoires")
    assert "Énergie 1 2 3" in seen and "Santé mentale – 1 1" in seen and "Animer un entretien" in seen
    assert "Zoé" not in seen and "Colin" not in seen
    assert "Énergie 2 2" in peers.get("lead", f"{needs}/territoires"), "a lead counts their own group"
    peers.get("member0", f"{needs}/territoires", 403)
    peers.post("other", needs, 422, group=namur, themes=["energy"])


def test_what_cannot_be_planned_says_why(peers: Peers) -> None:
    lead, namur = peers.actor("lead"), peers.groups["Namur"]
    course = make_course(lead, namur)
    path, start = f"/reseau/formations/catalogue/{course}/session", in_days(10)
    host = {"host": str(namur)}
    for changed, said in (
        ({"dates-0-start": "", "dates-0-until": ""}, "Indiquez au moins une date."),
        ({"dates-0-until": ""}, "Indiquez l’heure de fin, par exemple 16:30."),
        ({"dates-0-until": "00:05"}, "Chaque date finit après son début"),
        ({"dates-0-start": "demain"}, "Indiquez la date et l’heure"),
        ({"places": "0"}, "de 1 à 5000"),
        ({"places": "beaucoup"}, "de 1 à 5000"),
        ({"place": ""}, "Indiquez le lieu."),
        ({"room_url": "javascript:alert(1)"}, "elle commence par https://"),
        ({"room_url": "http://["}, "elle commence par https://"),
    ):
        assert said in words(peers.post("lead", path, 422, **host, **a_form(start, **changed))), changed
    remote = peers.post(
        "lead", path, **host, **a_form(start, mode="remote", place="", room_url="https://salle.example/x")
    )
    assert "salle.example" in peers.browser("lead").get(remote.location).text
    peers.post("lead", f"{remote.location}/etape", step="ouvrir")
    assert "salle.example" not in peers.browser("member0").get(remote.location).text
    service.sign_up(peers.actor("member0"), event_id=UUID(remote.location.rpartition("/")[2]))
    assert "salle.example" in peers.browser("member0").get(remote.location).text
    peers.post("lead", f"/reseau/formations/catalogue/{course}/retirer")
    with pytest.raises(Conflict, match="plus au catalogue"):
        service.plan(lead, course_id=course, group_id=namur, content=a_plan())
    peers.post("lead", f"{remote.location}/etape", 404, step="tout-effacer")


def test_once_begun_nothing_changes_and_before_it_nobody_was_there(peers: Peers) -> None:
    event_id = make_event(peers.actor("lead"), peers.groups["Namur"])
    service.sign_up(peers.actor("member0"), event_id=event_id)
    with pytest.raises(Conflict, match="pas encore commencé"):
        service.record(peers.actor("lead"), event_id=event_id, present=())
    with clock.at(stored(event_id).starts_at + timedelta(minutes=1)):
        for verb in (service.sign_up, service.give_back):
            with pytest.raises(Conflict, match="a commencé"):
                verb(peers.actor("member0"), event_id=event_id)
        page = peers.get("member1", f"{BASE}/{event_id}")
        assert "M’inscrire" not in page
