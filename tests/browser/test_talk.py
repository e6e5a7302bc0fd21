"""A question goes from a group to the coordination and comes back as something to share, each in their own browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ASKER, LEAD, COORDINATOR = "sambre-coteaux.referent", "meuse-citadelle.lead", "coord-wal.coordinator"
TITLE = "Qui peut couper l’eau d’un logement vide sans prévenir ?"
NAMING, PLAIN = "Chez Mme Vanderhaegen, le compteur fuit.", "Dans un logement vide, le compteur fuit."
ANSWER = "Le distributeur, à votre demande écrite, sous deux jours."


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).first.click()


def test_from_the_group_to_the_coordination_and_back(
    open_page: Callable[..., Page], sign_in: Callable[[Page, str], None]
) -> None:
    asker, lead, coordinator = (open_page(width=width) for width in (360, 1280, 1280))
    for page, key in ((asker, ASKER), (lead, LEAD), (coordinator, COORDINATOR)):
        sign_in(page, key)
    asker.goto("/reseau/questions/poser")
    asker.get_by_label("Votre question, en une phrase").fill(TITLE)
    asker.get_by_label("Ce qu’il faut savoir pour répondre").fill(NAMING)
    asker.get_by_label("Thème").select_option("home-upkeep")
    asker.get_by_label("Namur : mon groupe").check()
    press(asker, "Poser la question")
    expect(asker.get_by_label("personne ne peut être reconnu")).to_be_visible()
    expect(asker.get_by_role("main")).to_contain_text("« Mme Vanderhaegen »")
    asker.get_by_label("Ce qu’il faut savoir pour répondre").fill(PLAIN)
    press(asker, "Poser la question")
    expect(asker.get_by_role("heading", level=1)).to_have_text(TITLE)
    address = asker.url

    lead.goto("/reseau/questions?vue=ouvertes")
    lead.get_by_role("link", name=TITLE).click()
    expect(lead.get_by_role("heading", level=1)).to_have_text(TITLE)
    press(lead, "Confier à la coordination")
    expect(lead.get_by_role("main")).to_contain_text("La coordination a la question")

    coordinator.goto("/reseau/questions?vue=coordination")
    coordinator.get_by_role("link", name=TITLE).click()
    coordinator.get_by_label("Votre réponse").fill(ANSWER)
    press(coordinator, "Répondre")
    expect(coordinator.get_by_role("main")).to_contain_text("Votre réponse revient à qui l’attendait.")

    asker.goto(address)
    expect(asker.get_by_role("main")).to_contain_text(ANSWER)
    press(asker, "Retenir cette réponse")
    expect(asker.locator(".message-kept")).to_contain_text(ANSWER)
    expect(asker.get_by_role("main").locator(".pill").first).to_contain_text("Réponse retenue")
    asker.get_by_role("link", name="En faire une fiche expérience").click()
    expect(asker.get_by_label("Ce qui a été fait")).to_have_value(ANSWER)
    asker.get_by_label("En quelques mots").fill("Qui appeler, et dans quel délai.")
    asker.get_by_label("Le résultat").fill("L’eau a été coupée le lendemain.")
    press(asker, "Partager")
    expect(asker.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(asker.get_by_role("main")).to_contain_text("La réponse de Geoffroy Lambotain")
