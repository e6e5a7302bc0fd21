"""What a page of a network asks of the database, the frame included; and that it asks no more as the network grows."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from factories.accounts import sign_in
from factories.circle import Circle, crowd, make_circle
from factories.learning import make_event
from factories.statements import StatementCounter
from maillage.kernel import jobs
from maillage.network.groups.models import Audience
from maillage.network.news import service as news
from maillage.network.news.service import Content
from maillage.network.news.states import To
from maillage.network.questions import service as questions
from maillage.network.questions.service import Asked

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)

GROUP = "/reseau/groupes/{group_id}"
MOST = {
    "lead": {
        "/reseau": 5,
        GROUP: 12,
        f"{GROUP}/membres": 6,
        f"{GROUP}/reunions": 6,
        "/reseau/actualites": 6,
        "/reseau/questions": 5,
        "/reseau/outils": 5,
        "/reseau/formations": 9,
    },
    "coordinator": {"/reseau/coordination": 5, "/reseau/organisations": 5, GROUP: 12, "/reseau/actualites": 7},
}


def test_pages_ask_little_and_no_more_when_the_network_grows(app: Flask, count_statements: StatementCounter) -> None:
    circle = make_circle()
    visitors = {who: sign_in(app.test_client(), *circle.people[who]) for who in MOST}
    _happens(circle)
    small = _asked(visitors, circle, count_statements)
    for _ in range(3):
        _happens(circle)
    crowd(circle, 60, group_id=circle.namur)
    assert _asked(visitors, circle, count_statements) == small
    assert {page: asked for page, asked in small.items() if asked > MOST[page[0]][page[1]]} == {}


def _happens(circle: Circle) -> None:
    """One thing more of each kind that the page of a group shows."""
    lead, asker = circle.actor("lead"), circle.actor("asker")
    asked = Asked("Que faire d’un impayé ?", "Le deuxième mois.", "rent-arrears")
    questions.ask(asker, asked=asked, group_id=circle.namur, audience=Audience.GROUP)
    news.write(lead, content=Content("Colloque", "Venez.", (circle.namur,), To.EVERYBODY), leaves=True)
    make_event(lead, circle.namur)
    jobs.drain()


def _asked(visitors: dict[str, FlaskClient], circle: Circle, counter: StatementCounter) -> dict[tuple[str, str], int]:
    found = {}
    for who, pages in MOST.items():
        for page in pages:
            counter.statements.clear()
            with counter:
                answer = visitors[who].get(page.format(group_id=circle.namur))
            assert answer.status_code == 200, page
            found[who, page] = len(counter.statements)
    return found
