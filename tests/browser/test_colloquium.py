"""The coordinator calls every province to a colloquium, by news; members sign up by phone; who comes, by province."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.gestures import press, titled
from browser.test_pages import problems
from maillage.demo.content import rows
from maillage.kernel import clock
from maillage.notifications.models import MailMessage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

COORDINATOR = "coord-wal.coordinator"
MEMBERS = ("cles-condroz.referent", "fagne-viroin.referent")  # of Namur, of Hainaut; in no other story
TITLE, PLACE = "Les rencontres du grand âge", "Halle aux Foulons, Wavre"
KIND = "Une actualité du réseau vous est envoyée"


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def wants_news_at_once(page: Page) -> None:
    page.goto("/notifications/preferences")
    page.locator("summary").filter(has_text="Réseau").click()
    page.get_by_role("radiogroup", name=KIND).get_by_label("Tout de suite").check()
    press(page, "Enregistrer")
    expect(page.get_by_text("Vos choix sont enregistrés.")).to_be_visible()


def prepare(page: Page) -> str:
    """From the catalogue to a session whose sign-up is open; where it is."""
    page.goto("/reseau/formations/catalogue/ajouter")
    page.get_by_label("Colloque").check()
    page.get_by_label("Titre").fill(TITLE)
    page.get_by_label("Objectifs").fill("Repartir avec trois pratiques éprouvées ailleurs.")
    press(page, "Enregistrer")
    titled(page, TITLE)
    follow(page, "Préparer une session")
    titled(page, "Préparer une session")
    at = clock.now().astimezone(clock.ZONES["BE"]) + timedelta(days=60)
    page.get_by_label("Date 1", exact=True).fill(at.strftime("%Y-%m-%dT09:30"))
    page.get_by_label("Fin, le même jour").first.fill("16:00")
    page.get_by_label("Lieu").fill(PLACE)
    page.get_by_label("Nombre de places").fill("40")
    press(page, "Enregistrer")
    titled(page, TITLE)
    press(page, "Ouvrir les inscriptions")
    expect(page.get_by_role("main").locator(".pill").first).to_contain_text("Inscriptions ouvertes")
    return page.url


def dispatch(page: Page) -> None:
    follow(page, "Annoncer aux groupes")
    titled(page, "Écrire une actualité")
    expect(page.get_by_label("Titre")).to_have_value(TITLE)
    expect(page.get_by_role("list", name="Session annoncée")).to_contain_text(PLACE)
    assert problems(page) == []
    for group in ("Hainaut", "Namur"):
        page.get_by_label(group, exact=True).check()
    page.get_by_label("Tout de suite").check()
    press(page, "Valider")
    titled(page, TITLE)
    expect(page.get_by_text("Votre actualité part")).to_be_visible()


def sign_up(page: Page) -> str:
    """From the news to a place, and the calendar file that goes with it."""
    page.goto("/reseau/actualites")
    follow(page, TITLE)
    titled(page, TITLE)
    announced = page.get_by_role("list", name="Session annoncée")
    expect(announced).to_contain_text("places libres sur 40")
    announced.get_by_role("link", name=TITLE).click()
    press(page, "M’inscrire")
    expect(page.get_by_text("Vous avez une place.")).to_be_visible()
    with page.expect_download() as started:
        follow(page, "Ajouter à mon agenda")
    return Path(started.value.path()).read_text(encoding="utf-8").replace("\r\n ", "")


def test_a_colloquium_from_the_dispatch_to_the_sign_ups_by_province(
    open_page: Callable[..., Page], sign_in: Callable[[Page, str], None], next_mail: Callable[[str], MailMessage]
) -> None:
    people = {row["key"]: row for row in rows("users")}
    names = [people[key][part] for key in (COORDINATOR, *MEMBERS) for part in ("last_name", "email")]
    coordinator, *members = open_page(), *(open_page(width=360, javascript=False) for _ in MEMBERS)
    for page, key in zip((coordinator, *members), (COORDINATOR, *MEMBERS), strict=True):
        sign_in(page, key)
    for member in members:
        wants_news_at_once(member)
    where = prepare(coordinator)
    dispatch(coordinator)

    for key in MEMBERS:
        mail = next_mail(people[key]["email"])
        assert mail.subject == "Une actualité vous attend sur Maillage"
        told = f"{mail.headers}{mail.subject}{mail.text}{mail.html}".replace(people[key]["email"], "")
        own = people[key]["last_name"]
        assert [word for word in (TITLE, PLACE, "Namur", "Hainaut", *names) if word in told and word != own] == []
    for member in members:
        calendar = sign_up(member)
        assert f"SUMMARY:Colloque · {TITLE} (Maillage)" in calendar and "LOCATION:Halle aux Foulons" in calendar
        assert [word for word in ("ATTENDEE", "ORGANIZER", "mailto", *names) if word in calendar] == []

    coordinator.goto(where)
    follow(coordinator, "Inscrits (2)")
    titled(coordinator, "Inscrits")
    for group in ("Hainaut", "Namur"):
        expect(coordinator.get_by_role("row", name=re.compile(rf"^{group} 1 0"))).to_be_visible()
    assert problems(coordinator) == []
