"""An answer without an account, in a real browser: the link and the code are read in the sink of mails."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from factories.links import MAILBOX, code_in, make_unknown, secret_in
from factories.referrals import LAST_NAME, make_town, send
from maillage.kernel.db import session
from maillage.notifications.models import MailMessage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Read = Callable[[MailMessage], str]


@pytest.fixture
def next_mail(site: Any) -> Callable[[Read], str]:
    """What there is to read in the next mail of the association's box; the runner brings it within seconds."""
    seen: set[object] = set()

    def wait(read: Read) -> str:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with site.app.app_context():
                mails = session().scalars(select(MailMessage).where(MailMessage.recipient == MAILBOX)).all()
                fresh = [mail for mail in mails if mail.id not in seen]
            if fresh:
                seen.update(mail.id for mail in mails)
                return read(fresh[-1])
            time.sleep(0.2)
        raise AssertionError("no mail arrived")

    return wait


def test_an_association_answers_from_its_mailbox(
    site: Any, open_page: Callable[..., Page], next_mail: Callable[[Read], str]
) -> None:
    with site.app.app_context():
        (sent,) = send(make_town(), make_unknown().service)
    page = open_page(width=360)
    page.goto(f"/lien/{next_mail(secret_in)}")
    page.get_by_role("button", name="Recevoir mon code").press("Enter")
    page.get_by_label("Code reçu").fill(next_mail(code_in))
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
