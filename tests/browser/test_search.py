"""Searching with a keyboard alone: a story typed, a chip corrected, the map opened, a name proposed."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STORY = "dame de 82 ans qui ne sort plus, Béthune"


def tab_to(page: Page, words: str, role: str = "link") -> None:
    """Press Tab until the focus is on what says these words."""
    wanted = page.get_by_role("main").get_by_role(role, name=words).first  # type: ignore[arg-type]
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard never reaches {words!r}")


def enter(page: Page) -> None:
    """Press Enter, and wait for the whole page that it leads to: a page that is still loading lacks anything."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def accessible(page: Page) -> None:
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_a_story_a_chip_and_the_map_by_keyboard(open_page: Callable[..., Page], width: int, scheme: str) -> None:
    page = open_page(width=width, scheme=scheme)
    page.goto("/")
    page.get_by_label("Que se passe-t-il").focus()
    page.keyboard.type(STORY)
    enter(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Résultats de recherche")
    tab_to(page, "Retirer : Public Femmes")
    enter(page)
    expect(page.get_by_role("link", name="Retirer : Public Femmes")).to_have_count(0)
    listed = page.locator(".result-name").all_text_contents()
    tab_to(page, "Carte")
    enter(page)
    expect(page.get_by_role("group", name="Carte des résultats de cette page")).to_be_visible()
    assert "vue=carte" in page.url
    assert listed
    assert page.locator("tbody [data-label=Service] a").all_text_contents() == listed
    accessible(page)
    mark = page.locator("a.map-mark").first
    box = mark.locator("circle").bounding_box()
    assert box is not None
    assert box["width"] >= 24
    tab_to(page, mark.get_attribute("aria-label") or "")
    accessible(page)


def test_marks_are_reached_in_the_order_of_the_list(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/recherche?t=food-aid.100&vue=carte")
    labels = [int(text.strip("+")) for text in page.locator("a.map-mark text").all_text_contents()]
    assert len(labels) > 1
    assert labels == sorted(labels)


def test_a_name_is_proposed_and_leads_to_its_page(open_page: Callable[..., Page]) -> None:
    page = open_page(width=360)
    page.goto("/")
    words = page.get_by_role("combobox", name="Que se passe-t-il")
    words.press_sequentially("visites de conv")
    option = page.get_by_role("option", name="Visites de convivialité à domicile").first
    expect(option).to_be_visible()
    accessible(page)
    position = page.get_by_role("option").all_text_contents().index(option.text_content() or "")
    for _ in range(position + 1):
        page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Visites de convivialité à domicile")


def test_a_place_proposed_for_the_words_fills_the_place(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/")
    words = page.get_by_role("combobox", name="Que se passe-t-il")
    words.press_sequentially("béthun")
    page.get_by_role("option", name="Béthune (62)").click()
    expect(page.get_by_label("Commune ou code postal")).to_have_value("Béthune (62)")
    expect(words).to_have_value("")


def test_a_story_is_not_sent_to_ask_for_names(open_page: Callable[..., Page]) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggestions" in request.url else None)
    page.goto("/")
    page.get_by_label("Que se passe-t-il").fill(STORY)
    page.wait_for_timeout(400)
    assert asked == []


def test_a_name_typed_whole_offers_its_page_without_script(open_page: Callable[..., Page]) -> None:
    page = open_page(javascript=False)
    page.goto("/")
    page.get_by_label("Que se passe-t-il").fill("visites de convivialite a domicile")
    page.get_by_role("main").get_by_role("button", name="Rechercher").click()
    expect(page.get_by_role("main")).to_contain_text("Voulez-vous la fiche de Visites de convivialité à domicile ?")
    page.get_by_role("link", name="Ouvrir la fiche du service").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Visites de convivialité à domicile")
