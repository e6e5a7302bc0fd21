"""What may be written about courses and sessions: nobody helped may be recognised in it, on both databases."""

import html
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import sign_in
from factories.circle import Circle, make_circle
from factories.learning import a_plan, make_course, make_event, stored
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session
from maillage.kernel.errors import Invalid
from maillage.network.events import service
from maillage.network.events.codes import Act, State
from maillage.network.wording.checks import SomebodyNamed

NAMING = {
    "name": "Comme chez Mme Vandermersch.",
    "phone": "Appeler le 0470 12 34 56.",
    "mail": "Écrire à odile@foyer.example.",
    "address": "La visite du 12 rue des Tilleuls.",
}
NUMBER = "Dossier 1 50 01 62 119 001 31"


@pytest.fixture
def circle(app: Flask) -> Circle:
    return make_circle()


def test_each_text_of_a_course_or_a_session_is_looked_at(circle: Circle) -> None:
    with circle.speaking("lead") as lead:
        event_id = make_event(lead, circle.namur)
        link = f"Voir /situations/{uuid4()}"

        def write(field: str, text: str, nobody: bool = False) -> None:
            if field in ("title", "aims", "public", "programme", "trainer"):
                make_course(lead, circle.namur, **{field: text}, nobody=nobody)
            elif field in ("note", "place"):
                content = a_plan(**{field: text}, nobody=nobody)
                service.change(lead, event_id=event_id, content=content, version=None)
            elif field == "words":
                service.set_needs(lead, group_id=circle.namur, themes={"energy": text}, nobody=nobody)
            else:
                service.move(lead, event_id=event_id, act=Act.CANCEL, reason=text, nobody=nobody)

        for field in ("title", "aims", "public", "programme", "note", "words", "reason"):
            for kind, text in NAMING.items():
                with pytest.raises(SomebodyNamed) as doubt:
                    write(field, text)
                assert set(doubt.value.fields) == {field}, (field, kind)
        for field in ("title", "trainer", "note", "place", "words", "reason"):
            for text in (NUMBER, link):
                with pytest.raises(Invalid) as refused:
                    write(field, text, nobody=True)
                assert set(refused.value.fields) == {field} and not isinstance(refused.value, SomebodyNamed)
        write("trainer", "Mme Anne Dupont, formatrice")
        write("place", "12 rue des Tilleuls, Namur")
        assert stored(event_id).place == "12 rue des Tilleuls, Namur"
        write("reason", NAMING["name"], nobody=True)
        assert stored(event_id).state == State.CANCELLED


def test_the_page_asks_once_keeps_what_was_typed_and_the_journal_knows(app: Flask, circle: Circle) -> None:
    browser = sign_in(app.test_client(), *circle.people["lead"])
    path, namur = "/reseau/formations/catalogue/ajouter", str(circle.namur)
    form = {"host": namur, "kind": "training", "title": "Premier entretien", "audience": "network"}
    assert "personne ne peut être reconnu" not in browser.get(path).text
    asked = browser.post(path, data=form | {"aims": NAMING["name"]})
    said = html.unescape(asked.text)
    assert asked.status_code == 422 and "« Mme Vandermersch »" in said and "personne ne peut être reconnu" in said
    assert NAMING["name"] in said
    made = browser.post(path, data=form | {"aims": NAMING["name"], "nobody": "y"})
    assert made.status_code == 303
    course_id = UUID(made.location.rpartition("/")[2])
    session().rollback()
    entry = session().scalars(select(AuditEntry).where(AuditEntry.subject_id == course_id)).one()
    assert (entry.action, entry.details["confirmed"]) == ("course.added", True)
