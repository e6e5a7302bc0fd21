"""Who leads a network calls the partner who does not answer, and says so where the others look."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from maillage.demo.content import rows

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LEAD, PARTNER = "escaut-foyers.lead", "École de l’Élan"  # in no other story


def test_a_partner_who_is_silent_is_called_once(
    open_page: Callable[..., Page], sign_in: Callable[[Page, str], None]
) -> None:
    page = open_page(width=360)
    sign_in(page, LEAD)
    page.goto("/reseau/partenaires")
    line = page.get_by_role("listitem").filter(has_text=PARTNER)
    expect(line).to_contain_text("1 en attente")
    expect(line.get_by_role("link")).to_have_attribute("href", "tel:+33353014246")
    expect(line).not_to_contain_text("Appelé")
    line.get_by_role("button", name="J’ai appelé").press("Enter")
    lead = next(row for row in rows("users") if row["key"] == LEAD)
    expect(line).to_contain_text(re.compile(rf"Appelé \S+ par {lead['first_name']} {lead['last_name']}"))
    expect(line).not_to_contain_text("amille")  # the theme of what it has not answered
