"""A lead prepares and runs a provincial meeting, from the date poll to the minutes; members answer by phone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from browser.gestures import follow, press, titled
from browser.test_pages import problems
from maillage.demo.content import demo_id
from maillage.kernel import clock
from maillage.kernel.db import transaction
from maillage.network.meetings.models import Meeting

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LEAD, MEMBERS = "meuse-citadelle.lead", ("meuse-citadelle.referent", "sambre-coteaux.referent")
GROUP = f"/reseau/groupes/{demo_id('group', 'namur')}"
TITLE = "Réunion de printemps"

Person = Callable[..., Page]


@pytest.fixture
def person(open_page: Callable[..., Page], sign_in: Callable[[Page, str], None]) -> Person:
    """A browser of their own, signed in."""

    def opened(key: str, **options: Any) -> Page:
        page = open_page(**options)
        sign_in(page, key)
        return page

    return opened


def call(page: Page) -> str:
    """Announce a meeting on two dates; where it is."""
    page.goto(GROUP)
    follow(page, "Réunir le groupe")
    titled(page, "Réunir le groupe")
    page.get_by_label("Objet de la réunion").fill(TITLE)
    for number in range(2):
        at = clock.now().astimezone(clock.ZONES["BE"]) + timedelta(days=40 + number)
        page.get_by_label(f"Date {number + 1}", exact=True).fill(at.strftime("%Y-%m-%dT09:30"))
    page.get_by_label("Lieu").fill("Salle Citadelle, Namur")
    press(page, "Annoncer la réunion")
    titled(page, TITLE)
    expect(page.get_by_text("0 réponse sur")).to_be_visible()
    return page.url


def vote(page: Page, where: str, *answers: str) -> None:
    page.goto(where)
    follow(page, "Dire mes disponibilités")
    titled(page, "Quand pouvez-vous venir ?")
    for number, answer in enumerate(answers):
        page.get_by_role("main").get_by_role("group").nth(number).get_by_label(answer, exact=True).check()
    press(page, "Enregistrer mes réponses")
    expect(page.get_by_text("Vos disponibilités sont notées.")).to_be_visible()


def choose(page: Page, where: str) -> None:
    page.goto(f"{where}/date")
    expect(page.get_by_text("2 dates réunissent autant de monde : c’est à vous de choisir.")).to_be_visible()
    assert problems(page) == []
    press(page, "Fixer cette date")
    expect(page.get_by_role("alert")).to_contain_text("Plusieurs dates sont à égalité")
    page.get_by_role("radio").last.check()
    press(page, "Fixer cette date")
    expect(page.get_by_role("main")).to_contain_text("Date fixée")


def the_day_comes(site: Any, where: str) -> None:
    with site.app.app_context(), transaction() as tx:
        found = update(Meeting).where(Meeting.title == TITLE, Meeting.group_id == demo_id("group", "namur"))
        tx.execute(found.values(starts_at=clock.now() - timedelta(hours=1)))


def hold(page: Page, where: str) -> None:
    """Open it, note who is there, what was said, decided and entrusted, and publish."""
    page.goto(where)
    titled(page, TITLE)
    assert problems(page) == []
    press(page, "Ouvrir la réunion")
    titled(page, "Qui est là ?")
    assert problems(page) == []
    press(page, "Enregistrer les présences")
    titled(page, "Compte rendu")
    press(page, "Noter une décision")
    page.get_by_label("Décision").fill("Le pack d’accueil est commun.")
    press(page, "Noter la décision")
    expect(page.get_by_text("Le pack d’accueil est commun.").first).to_be_visible()
    press(page, "Confier une action")
    page.get_by_label("Action", exact=True).fill("Réunir les modèles de pack")
    page.get_by_role("radio").first.check()
    page.get_by_label("Pour quand ?").fill((clock.today("BE") + timedelta(days=30)).isoformat())
    press(page, "Confier l’action")
    expect(page.get_by_text("Réunir les modèles de pack").first).to_be_visible()
    page.get_by_label("1. Pack d’accueil").fill("Ce que les locataires gardent : les numéros utiles.")
    press(page, "Enregistrer")
    expect(page.get_by_text("Le compte rendu est enregistré.")).to_be_visible()
    assert problems(page) == []
    press(page, "Publier…")
    press(page, "Publier")
    expect(page.get_by_text("Le compte rendu est publié")).to_be_visible()
    assert problems(page) == []


def test_a_lead_runs_a_meeting_from_the_poll_to_the_minutes(site: Any, person: Person) -> None:
    lead = person(LEAD)
    members = [person(key, width=360, javascript=False) for key in MEMBERS]
    where = call(lead)
    vote(members[0], where, "Oui", "Non")
    vote(members[1], where, "Non", "Oui")
    choose(lead, where)
    lead.goto(f"{where}/points/nouveau")
    lead.get_by_label("Point à aborder").fill("Pack d’accueil")
    press(lead, "Ajouter ce point")
    expect(lead.get_by_role("main")).to_contain_text("Le point est à l’ordre du jour.")
    members[0].goto(where)
    follow(members[0], "Dire si je viens")
    members[0].get_by_label("Je viens").check()
    press(members[0], "Enregistrer ma réponse")
    expect(members[0].get_by_text("Votre réponse est notée.")).to_be_visible()
    the_day_comes(site, where)
    hold(lead, where)
    members[1].goto(f"{where}/compte-rendu")
    titled(members[1], f"Compte rendu\u00a0: {TITLE}")
    for words in ("Le pack d’accueil est commun.", "Réunir les modèles de pack", "les numéros utiles", "Présents"):
        expect(members[1].get_by_role("main")).to_contain_text(words)
    press(lead, "Noter l’approbation du groupe")
    expect(lead.get_by_text("Le compte rendu est approuvé. Il ne change plus.")).to_be_visible()
