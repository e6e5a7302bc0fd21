"""Leaving a page about violence at once, by keyboard: what was on it is gone before the network answers."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from maillage.demo.content import demo_id

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.security]

SHELTER = f"/services/{demo_id('service', 'voix-aube--ecoute')}"
ABOUT_VIOLENCE = "/recherche?t=violence-against-women.100"
NEUTRAL = "https://meteofrance.com/"
TELLING = ("violence", "aube", "écoute", "femme")


@pytest.fixture
def page(open_page: Callable[..., Page], complaints: list[str]) -> Any:
    """A page whose neutral one answers in place of the real site."""
    page = open_page()
    page.route(f"{NEUTRAL}**", lambda route: answer(route))
    yield page
    complaints[:] = [text for text in complaints if NEUTRAL not in text]


def answer(route: Route) -> None:
    assert "referer" not in route.request.headers
    route.fulfill(body="<title>Météo</title><h1>Météo</h1>", content_type="text/html; charset=utf-8")


@pytest.mark.parametrize("path", [SHELTER, ABOUT_VIOLENCE])
def test_three_presses_of_shift_leave_and_back_does_not_return(page: Page, path: str) -> None:
    page.goto("/aide")
    page.goto(path)
    for _ in range(3):
        page.keyboard.press("Shift")
    expect(page).to_have_url(NEUTRAL)
    page.go_back()
    assert page.url.endswith("/aide")


def test_the_way_out_is_reached_and_used_with_the_keyboard_alone(page: Page) -> None:
    page.goto(SHELTER)
    way_out = page.get_by_role("link", name="Quitter cette page")
    for _ in range(6):
        page.keyboard.press("Tab")
        if way_out.evaluate("link => link === document.activeElement"):
            break
    expect(way_out).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(NEUTRAL)


def test_writing_capitals_does_not_leave(page: Page) -> None:
    page.goto(ABOUT_VIOLENCE)
    for letter in "ABC":
        page.keyboard.press(f"Shift+{letter}")
    assert ABOUT_VIOLENCE in page.url


@pytest.mark.parametrize("path", [SHELTER, ABOUT_VIOLENCE])
def test_the_title_tells_nothing_and_nothing_is_kept(page: Page, path: str) -> None:
    answered = page.goto(path)
    assert answered is not None
    assert answered.headers["cache-control"] == "no-store"
    assert not [word for word in TELLING if word in page.title().casefold()]
