"""Real pages in a real Chromium: the demonstration served on loopback, with its background runner."""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from services.chromium import FLAGS, chromium
from sqlalchemy import select, update
from waitress import create_server

from maillage.accounts.models import UserSession
from maillage.app import create_app
from maillage.demo import install
from maillage.demo.content import PASSWORD, rows, totp_secret
from maillage.demo.loader import load
from maillage.kernel import clock
from maillage.kernel.db import session, transaction
from maillage.notifications.models import MailMessage
from maillage.settings import Settings
from maillage.setup import prepare
from maillage.worker import start_runner

os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", "0")


@dataclass
class Site:
    """A running demonstration."""

    app: Flask
    url: str


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("demo"), demo=True, throttle=False, argon2_memory_kib=1024, argon2_time=1
    )
    app = create_app(settings)
    prepare(app)
    install(app)
    with app.app_context():
        load()
    server = create_server(app, host="127.0.0.1", port=0, threads=8, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    runner = start_runner(app)
    yield Site(app, f"http://127.0.0.1:{server.effective_port}")
    runner.stop()
    server.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=list(FLAGS))
        yield browser
        browser.close()


Opener = Callable[..., Page]


@pytest.fixture
def complaints() -> list[str]:
    """Console errors and requests to other hosts of this test's pages; what is left at the end fails the test."""
    return []


@pytest.fixture
def open_page(browser: Browser, site: Site, complaints: list[str]) -> Iterator[Opener]:
    """Open a page as a new person (own cookies)."""
    contexts: list[BrowserContext] = []

    def on_console(kind: str, text: str) -> None:
        # Chromium logs every answer of 400 and more; 422 is a form shown again with what to correct.
        if kind == "error" and "status of 422" not in text:
            complaints.append(text)

    def on_request(request: Request) -> None:
        if not request.url.startswith((site.url, "data:", "about:", "blob:")):
            complaints.append(f"request to another host: {request.url}")

    def opened(*, width: int = 1280, scheme: str = "light", javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            locale="fr-FR",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: on_console(message.type, message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", on_request)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def cookies() -> dict[str, list[Any]]:
    """Sessions already opened, by account: a second factor's code serves once in its half minute."""
    return {}


@pytest.fixture
def sign_in(site: Site, cookies: dict[str, list[Any]]) -> Callable[[Page, str], None]:
    """Sign a page in as one of the demonstration's people: the first time through the form, second factor included."""

    def signed(page: Page, key: str) -> None:
        if key not in cookies:
            _through_the_form(page, key)
            cookies[key] = page.context.cookies()
        page.context.add_cookies(cookies[key])
        with site.app.app_context(), transaction() as tx:  # a run of all tests outlasts a proof
            tx.execute(update(UserSession).values(proved_at=clock.now()))

    return signed


@pytest.fixture
def next_mail(site: Site) -> Callable[[str], MailMessage]:
    """The next mail of somebody's since this test began; the runner brings it within seconds."""

    def mails() -> list[MailMessage]:
        with site.app.app_context():
            return list(session().scalars(select(MailMessage).order_by(MailMessage.at)))

    seen = {mail.id for mail in mails()}

    def wait(mailbox: str) -> MailMessage:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            fresh = [mail for mail in mails() if mail.recipient == mailbox and mail.id not in seen]
            if fresh:
                seen.update(mail.id for mail in fresh)
                return fresh[-1]
            time.sleep(0.2)
        raise AssertionError("no mail arrived")

    return wait


def _through_the_form(page: Page, key: str) -> None:
    email = next(row["email"] for row in rows("users") if row["key"] == key)
    page.goto("/connexion")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").first.click()
    if secret := totp_secret(key):
        page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
        page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(re.compile("^(Se connecter|Confirmer la connexion)"))
