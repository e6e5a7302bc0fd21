"""How often to be told, in a real browser: on a phone, by keyboard, and it is kept."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

KIND = "Un message arrive dans une orientation"


def test_somebody_chooses_when_to_be_written_to(
    open_page: Callable[..., Page], sign_in: Callable[[Page, str], None]
) -> None:
    page = open_page(width=360)
    sign_in(page, "encrier.intake")  # in no other story: what is chosen here would silence its mails
    page.goto("/notifications/preferences")
    group = page.locator("summary").filter(has_text="Orientations")
    group.press("Enter")
    message = page.get_by_role("radiogroup", name=KIND)
    message.get_by_label("Tout de suite").press("ArrowRight")
    expect(message.get_by_label("Chaque jour")).to_be_checked()
    page.get_by_label("La nuit").select_option("De 20 h à 7 h")
    page.get_by_label("Ni le samedi, ni le dimanche").check()
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.get_by_text("Vos choix sont enregistrés.")).to_be_visible()
    expect(group).to_have_text("Orientations : selon le cas")
    group.press("Enter")
    expect(message.get_by_label("Chaque jour")).to_be_checked()
    expect(page.get_by_label("La nuit")).to_have_value("20-7")
    expect(page.get_by_label("Ni le samedi, ni le dimanche")).to_be_checked()
