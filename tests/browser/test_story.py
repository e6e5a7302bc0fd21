"""The main job as three people see it: find a partner, hand a situation over, hear back; and what the mails said."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from maillage.kernel import clock, jobs
from maillage.kernel.db import session
from maillage.notifications.models import MailMessage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

REFERENT, VISITS, CCAS = "corons-lumiere.referent", "heures-douces.intake", "ccas-bethune.intake"
QUERY = "dame de 82 ans qui ne sort plus, Béthune"
FIRST_NAME, LAST_NAME, PHONE = "Ghislaine", "Verbruggelinck", "06 39 98 71 64"
QUESTION, ANSWER = "Quel étage, et l’ascenseur marche-t-il ?", "Troisième étage, en panne jusqu’à mardi."
TELLING = (FIRST_NAME, LAST_NAME, "71 64", "Béthune", "Heures Douces", "CCAS", "solement", "visite", "Visite", QUESTION)

SignIn = Callable[[Page, str], None]


@pytest.fixture
def person(open_page: Callable[..., Page], sign_in: SignIn) -> Callable[[str], Page]:
    """A browser of their own, signed in."""

    def opened(key: str) -> Page:
        page = open_page()
        sign_in(page, key)
        return page

    return opened


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name).first.click()


def state(page: Page) -> Any:
    return page.get_by_role("main").locator(".pill").first


def search_and_choose(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Que se passe-t-il").fill(QUERY)
    press(page, "Rechercher")
    expect(page.get_by_role("heading", level=1)).to_have_text("Résultats de recherche")
    for told in ("dame", "82", "sort"):
        assert told not in page.url
    expect(page.get_by_role("main")).to_contain_text("Isolement des personnes âgées")
    follow(page, "Visites de convivialité à domicile")
    follow(page, "Orienter une personne")


def write_the_need(page: Page) -> None:
    page.get_by_label("Maintien dans le logement").check()
    page.get_by_label("Isolement des personnes âgées").check()
    page.get_by_label("Commune", exact=True).fill("Béthune")
    page.get_by_label("Âge de la personne").select_option("75_plus")
    page.get_by_label("Ménage", exact=True).select_option("alone")
    page.locator("[name=urgency][value=normal]").check()
    page.get_by_label("Ce que vous demandez, en une phrase").fill("Une présence chaque semaine.")
    press(page, "Continuer")
    expect(page.locator(".error-summary")).to_contain_text("besoin")  # one field was left empty: the rest is kept
    expect(page.get_by_label("Commune", exact=True)).to_have_value("Béthune")
    page.get_by_label("Le besoin, avec vos mots").fill("Ne sort plus depuis l’hiver. Accepte qu’on passe la voir.")
    press(page, "Continuer")


def write_the_person(page: Page) -> None:
    page.get_by_label("Prénom").fill(FIRST_NAME)
    page.locator("[name=last_name]").fill(LAST_NAME)
    page.locator("[name=phone]").fill(PHONE)
    page.locator("[name=allowed][value=yes]").check()
    page.locator("[name=channels][value=phone]").check()
    press(page, "Continuer")


def choose_two_partners(page: Page) -> None:
    page.get_by_label("Chercher un autre partenaire").fill("Animation et veille des aînés béthunois")
    press(page, "Chercher")
    page.get_by_label("Animation et veille des aînés béthunois").check()
    page.locator("[name=mode][value=each_may_act]").check()
    page.locator("[name=sharing_level][value=standard]").check()
    press(page, "Continuer")


def verify_and_send(page: Page) -> None:
    before = page.get_by_role("main").locator(".card", has_text="Avant d’accepter").first
    expect(before).not_to_contain_text(LAST_NAME)
    today = clock.today().isoformat()
    page.locator("[name=basis][value=consent]").check()
    page.locator("[name=informed_on]").fill(today)
    page.locator("[name=given_on]").fill(today)
    press(page, "Envoyer")


def test_find_a_partner_hand_over_hear_back(person: Callable[[str], Page], site: Any) -> None:
    with site.app.app_context():
        mails_before = session().scalar(select(func.count()).select_from(MailMessage))
    referent = person(REFERENT)
    search_and_choose(referent)
    write_the_need(referent)
    write_the_person(referent)
    choose_two_partners(referent)
    verify_and_send(referent)
    follow_reference(referent)

    ccas = person(CCAS)
    open_newest(ccas)
    expect(ccas.get_by_role("main")).not_to_contain_text(LAST_NAME)
    follow(ccas, "Décliner")
    ccas.locator("[name=reason][value=no_capacity]").check()
    press(ccas, "Décliner")
    expect(state(ccas)).to_contain_text("Déclinée")

    visits = person(VISITS)
    open_newest(visits)
    expect(visits.get_by_role("main")).not_to_contain_text(LAST_NAME)
    follow(visits, "Demander une précision")
    visits.get_by_label("Votre question").fill(QUESTION)
    visits.get_by_role("main").locator("form button[type=submit]").first.click()
    expect(state(visits)).to_contain_text("Précision demandée")

    referent.goto("/mes-orientations")
    expect(referent.get_by_role("main")).to_contain_text("Déclinée")
    referent.get_by_role("main").get_by_role("link", name="Les Heures Douces").first.click()
    expect(referent.get_by_role("main")).to_contain_text(QUESTION)
    follow(referent, "Répondre")
    referent.get_by_label("Votre réponse").fill(ANSWER)
    referent.get_by_role("main").locator("form button[type=submit]").first.click()
    expect(state(referent)).not_to_contain_text("Précision demandée")

    visits.reload()
    expect(visits.get_by_role("main")).to_contain_text(ANSWER)
    follow(visits, "Accepter")
    visits.get_by_label("Qui suivra cette situation").fill("Maud, coordinatrice")
    visits.locator("[name=date]").fill((clock.today() + timedelta(days=4)).isoformat())
    press(visits, "Accepter")
    expect(state(visits)).to_contain_text("Acceptée")
    press(visits, "Découvrir l’identité et le contact")
    expect(visits.get_by_role("main")).to_contain_text(LAST_NAME)
    visits.go_back()

    follow(visits, "Commencer l’accompagnement")
    visits.get_by_role("main").locator("form button[type=submit]").first.click()
    expect(state(visits)).to_contain_text("Accompagnement en cours")
    follow(visits, "Clore avec un bilan")
    visits.locator("[name=outcome][value=covered]").check()
    press(visits, "Clore avec un bilan")
    expect(state(visits)).to_contain_text("Terminée")

    referent.reload()
    expect(state(referent)).to_contain_text("Terminée")
    expect(referent.locator(".timeline")).to_contain_text("Terminée avec un bilan")
    for step in ("Envoyée", "Lue", "Précision demandée", "Réponse donnée", "Acceptée", "Accompagnement commencé"):
        expect(referent.locator(".timeline")).to_contain_text(step)
    mails_say_nothing(site, mails_before)


def follow_reference(page: Page) -> None:
    """After sending, nothing in the address or the title names the person."""
    expect(page.get_by_role("main")).to_contain_text("Les Heures Douces")
    for told in (FIRST_NAME, LAST_NAME):
        assert told not in page.url
        assert told not in page.title()


def open_newest(page: Page) -> None:
    page.goto("/boite-partagee")
    page.get_by_role("main").locator(".inbox-line a, .inbox a").first.click()


def mails_say_nothing(site: Any, before: int) -> None:
    """The mails that left since carry no name, place, theme or organisation."""
    with site.app.app_context():
        jobs.drain()
        mails = session().scalars(select(MailMessage).order_by(MailMessage.at)).all()[before:]
        addressees = {mail.recipient for mail in mails}
        texts = [f"{mail.subject}\n{mail.text}\n{mail.html}" for mail in mails]
        assert len(texts) >= 6
        assert len(addressees) >= 3
        for text in texts:
            assert [word for word in TELLING if word in text] == []
