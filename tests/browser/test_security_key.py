"""A security key in a real Chromium, through its virtual authenticator: added, used to sign in, removed."""

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from waitress import create_server

from factories.accounts import PASSWORD, make_organization, make_user
from maillage.accounts.models import User
from maillage.app import create_app
from maillage.directory import engine as registry
from maillage.kernel import content_keys
from maillage.kernel.db import db
from maillage.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """An instance that knows its own address: keys sign for it. They know no bare IP address."""
    kept = content_keys._ring, registry._engine
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    app = create_app(Settings(data_dir=tmp_path, base_url=url, throttle=False, argon2_memory_kib=1024, argon2_time=1))
    with app.app_context():
        db.create_all()
    server = create_server(app, host="127.0.0.1", port=port, threads=4, ident=None)
    threading.Thread(target=server.run, daemon=True).start()
    yield app, url
    server.close()
    registry.engine().close()  # type: ignore[attr-defined]
    content_keys._ring = kept[0]
    registry.use_engine(kept[1])


@pytest.fixture
def page(browser: Browser, served: tuple[Flask, str]) -> Iterator[Page]:
    context = browser.new_context(base_url=served[1], locale="fr-FR", viewport={"width": 360, "height": 800})
    context.set_default_timeout(15_000)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield page
    context.close()


def sign_in(page: Page, user: User) -> None:
    page.goto("/connexion")
    page.get_by_label("Adresse e-mail").fill(user.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").first.click()


def test_an_administrator_signs_in_with_a_key(page: Page, served: tuple[Flask, str]) -> None:
    app, _ = served
    with app.app_context():
        user = make_user(make_organization(), ("org_admin",))
    sign_in(page, user)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Se connecter")
    page.goto("/administration")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second facteur")
    page.get_by_role("link", name="Ajouter une clé").click()
    page.get_by_label("Nom de la clé").fill("Clé bleue")
    page.get_by_role("button", name="Ajouter la clé").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    page.goto("/administration")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Second facteur")
    page.context.clear_cookies()
    sign_in(page, user)
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmer la connexion")
    page.get_by_role("button", name="Utiliser ma clé de sécurité").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Confirmer la connexion")
    page.goto("/compte/second-facteur")
    expect(page.get_by_role("main")).to_contain_text("Clé bleue")
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_role("main")).to_contain_text("La clé est retirée")
    expect(page.get_by_role("main")).not_to_contain_text("Clé bleue")


def test_a_key_that_does_not_answer_leaves_the_code(page: Page, served: tuple[Flask, str]) -> None:
    app, _ = served
    with app.app_context():
        user = make_user(make_organization())
    sign_in(page, user)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Se connecter")
    page.goto("/compte/second-facteur/cles/nouvelle")
    page.get_by_label("Nom de la clé").fill("Clé bleue")
    page.get_by_role("button", name="Ajouter la clé").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    page.wait_for_load_state()
    codes = page.locator("ol li").filter(has_text=re.compile("-.*-")).all_text_contents()
    page.context.clear_cookies()
    sign_in(page, user)
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmer la connexion")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('cancelled')); }")
    page.get_by_role("button", name="Utiliser ma clé de sécurité").click()
    expect(page.get_by_role("alert").filter(has_text="La clé n’a pas répondu")).to_be_visible()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Confirmer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Confirmer la connexion")
