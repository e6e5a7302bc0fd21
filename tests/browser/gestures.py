"""What people do on every page, by the words that they read."""

from playwright.sync_api import Page, expect


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).click()


def titled(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
