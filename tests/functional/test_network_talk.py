"""Questions, news and calls as people go through their pages, without any script."""

import html
import re
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import sign_in
from factories.circle import Circle, make_circle
from factories.learning import make_course, make_event
from factories.pages import readable
from maillage.kernel import jobs
from maillage.kernel.db import session
from maillage.network.desk.models import DeskCall
from maillage.network.news.models import News
from maillage.network.questions.models import Question

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)

TITLE = "Comment reprendre contact avec un locataire qui n’ouvre plus ?"


class Reader:
    """Somebody of the circle in front of our pages."""

    def __init__(self, app: Flask, circle: Circle, name: str) -> None:
        self.client = sign_in(app.test_client(), *circle.people[name])

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status, answer.location)
        return readable(answer.text)

    def post(self, path: str, status: int = 303, **fields: object) -> str:
        """The words of a page that comes back at once, else where it leads."""
        answer = self.client.post(path, data=fields)
        assert answer.status_code == status, (path, answer.status, readable(answer.text)[:1200])
        return str(answer.location) if status == 303 else readable(answer.text)


@pytest.fixture
def circle(app: Flask) -> Circle:
    return make_circle()


def only(model: type) -> UUID:
    session().rollback()
    (found,) = session().scalars(select(model.id)).all()
    assert isinstance(found, UUID)
    return found


def test_a_question_is_asked_found_again_and_answered(app: Flask, circle: Circle) -> None:
    asker, peer = Reader(app, circle, "asker"), Reader(app, circle, "peer")
    form = {
        "title": TITLE,
        "text": "Trois visites sans réponse chez Mme Vandermersch.",
        "where": f"group:{circle.namur}",
    }
    refused = asker.post("/reseau/questions/poser", 422, **form)
    assert "« Mme Vandermersch »" in refused and "personne ne peut être reconnu" in refused
    assert "Trois visites sans réponse chez Mme Vandermersch." in refused  # what was typed stays
    missing = asker.post("/reseau/questions/poser", 422, where=form["where"])
    assert "Écrivez votre question." in missing and "personne ne peut être reconnu" not in missing
    shown = asker.post("/reseau/questions/poser", **form | {"text": "Trois visites sans réponse.", "nobody": "y"})
    question_id = only(Question)
    assert shown.endswith(f"/reseau/questions/{question_id}")
    jobs.drain()
    again = {"title": "Un locataire n’ouvre plus : comment reprendre contact ?", "text": "Merci."}
    alike = peer.post("/reseau/questions/poser", 200, **again, where=form["where"])
    assert "Quelqu’un a peut-être déjà demandé" in alike and TITLE in alike
    found = peer.post("/reseau/questions", 200, q="locataire qui n’ouvre plus")
    assert "1 question proche" in found and TITLE in found
    assert TITLE in peer.get("/reseau/questions?vue=ouvertes") and TITLE not in peer.get(
        "/reseau/questions?vue=miennes"
    )
    assert TITLE in peer.get(f"/reseau/groupes/{circle.namur}")
    link = f"Comme ici : /orientations/{question_id}"
    assert "Retirez le lien" in peer.post(f"/reseau/questions/{question_id}/repondre", 422, text=link)
    peer.post(f"/reseau/questions/{question_id}/repondre", text="Passer avec le gardien.")
    page = asker.client.get(f"/reseau/questions/{question_id}").text
    kept = re.search(r'action="([^"]+/retenir)"', page)
    assert kept is not None and "Passer avec le gardien." in page
    asker.post(kept[1])
    assert "Réponse retenue" in peer.get(f"/reseau/questions/{question_id}")
    begins = re.search(r'href="([^"]+question=[^"]+)"', peer.client.get(f"/reseau/questions/{question_id}").text)
    assert begins is not None
    sheet = peer.get(html.unescape(begins[1]))
    assert all(words in sheet for words in ("Trois visites sans réponse.", "Passer avec le gardien.", "Yves Colin"))
    for path in (f"/reseau/questions/{question_id}", f"/reseau/questions/{question_id}/corriger"):
        Reader(app, circle, "other").get(path, 404)


def test_news_are_written_sent_read_and_relayed(app: Flask, circle: Circle) -> None:
    coordinator, lead, peer = (Reader(app, circle, name) for name in ("coordinator", "lead", "peer"))
    form = {"title": "Colloque", "text": "Le 3 mars.", "groups": [circle.namur], "to": "leads", "when": "later"}
    assert "Indiquez la date et l’heure" in coordinator.post("/reseau/actualites/ecrire", 422, **form)
    coordinator.post("/reseau/actualites/ecrire", **form | {"send_at": "2031-03-03T10:00"})
    news_id = only(News)
    where = f"/reseau/actualites/{news_id}"
    lead.get(where, 404)
    assert "Elle partira" in coordinator.get(where)
    coordinator.post(f"{where}/suspendre")
    coordinator.post(f"{where}/modifier", **form | {"when": "now"})
    jobs.drain()
    assert "Le 3 mars." in lead.get(where) and "Colloque" in lead.get("/reseau/actualites")
    peer.get(where, 404)
    lead.post(f"{where}/relayer", group_id=circle.namur, word="Cela nous concerne.")
    assert "Cela nous concerne." in peer.get(where)
    peer.post(f"{where}/commenter", text="J’y serai.")
    assert "J’y serai." in lead.get(where)
    jobs.drain()
    assert "Trop peu de monde pour compter" in coordinator.get(where)
    peer.post(f"{where}/modifier", 403, **form)


def test_a_session_is_announced_and_joined_from_the_news(app: Flask, circle: Circle) -> None:
    coordinator, peer = Reader(app, circle, "coordinator"), Reader(app, circle, "peer")
    with circle.speaking("coordinator") as who:
        event_id = make_event(who, course_id=make_course(who, title="Journée des référents", aims="Se rencontrer."))
    page = f"/reseau/formations/{event_id}"
    write = f"/reseau/actualites/ecrire?session={event_id}"
    assert write in coordinator.client.get(page).text
    begun = coordinator.client.get(write).text
    assert 'value="Journée des référents"' in begun and "Se rencontrer." in begun
    kept = {"title": "Journée des référents", "text": "Venez.", "to": "everybody", "when": "now"}
    assert "2 places libres sur 2" in coordinator.post(write, 422, **kept), "what it leads to stays in view"
    where = coordinator.post(write, **kept, groups=[circle.namur])
    jobs.drain()
    assert "2 places libres sur 2" in peer.get(where) and page in peer.client.get(where).text
    peer.get(write, 403)
    assert "ecrire?session" not in peer.client.get(page).text


def test_a_call_is_noted_in_two_lines_and_answered_later(app: Flask, circle: Circle) -> None:
    coordinator = Reader(app, circle, "coordinator")
    form = {"caller": "La", "theme": "debt-arrears", "said": "Qui prévenir avant l’audience ?"}
    several = coordinator.post("/reseau/appels", 422, **form)
    assert "Plusieurs portent ce nom" in several and "La Sambre" in several
    assert "Personne de ce nom" in coordinator.post("/reseau/appels", 422, **form | {"caller": "Ailleurs"})
    coordinator.post("/reseau/appels", **form | {"caller": "Zoé Martin"})
    assert "Qui prévenir avant l’audience ?" in coordinator.get("/reseau/appels")
    call_id = only(DeskCall)
    coordinator.post(f"/reseau/appels/{call_id}", answer="Le CPAS.")
    page = coordinator.get("/reseau/appels?jours=30")
    assert "Aucun appel n’attend" in page and "Le CPAS." in page and "Namur" in page
    assert coordinator.client.get("/reseau/appels/noms?q=zo").json[0]["label"] == "Zoé Martin"  # type: ignore[index]
    Reader(app, circle, "lead").get("/reseau/appels", 403)
