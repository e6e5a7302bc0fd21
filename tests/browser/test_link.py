"""An answer without an account, in a real browser: the link and the code are read in the sink of mails."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from factories.links import MAILBOX, code_in, make_unknown, secret_in
from factories.referrals import LAST_NAME, make_town, send
from maillage.notifications.models import MailMessage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_an_association_answers_from_its_mailbox(
    site: Any, open_page: Callable[..., Page], next_mail: Callable[[str], MailMessage]
) -> None:
    with site.app.app_context():
        (sent,) = send(make_town(), make_unknown().service)
    page = open_page(width=360)
    page.goto(f"/lien/{secret_in(next_mail(MAILBOX))}")
    page.get_by_role("button", name="Recevoir mon code").press("Enter")
    page.get_by_label("Code reçu").fill(code_in(next_mail(MAILBOX)))
    page.keyboard.press("Enter")
    expect(page.get_by_text("vous adresse cette orientation")).to_be_visible()
    page.get_by_role("link", name="Accepter").click()
    page.get_by_label("Qui suivra").fill("Samira, accueil")
    page.get_by_label("Délai avant").fill("sous huit jours")
    page.get_by_role("button", name="Accepter").click()
    page.get_by_role("button", name="Découvrir l’identité").click()
    expect(page.get_by_text(LAST_NAME)).to_be_visible()
    page.get_by_role("link", name="Revenir à l’orientation").click()
    expect(page.get_by_text("Vous avez accepté le")).to_be_visible()
    page.get_by_role("button", name="Refermer cet accès").click()
    expect(page.get_by_text("C’est refermé")).to_be_visible()
    assert page.request.get(f"/reponse/{sent.id}").status == 404
