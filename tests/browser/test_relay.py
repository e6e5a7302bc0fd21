"""A situation goes on from one house to the next: who sent it first follows it to its end, each reads its own part."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from browser.gestures import follow, press
from factories.accounts import actor_of
from factories.referrals import LAST_NAME, make_situation, terms
from maillage.accounts.models import User
from maillage.demo.content import demo_id
from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.referrals import service
from maillage.referrals.models import Referral

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SENDER, FIRST, SECOND = "opale-demeures.referent", "regie-liane.intake", "hopital-detroit.intake"  # in no other story
NEXT = "Équipe mobile psychiatrie et précarité"
BETWEEN_THEM = "L’infirmière passe mardi, avec vous si possible."


def stands(page: Page, state: str) -> None:
    expect(page.get_by_role("main").locator(".pill").first).to_contain_text(state)


def accept(page: Page, who: str) -> None:
    follow(page, "Accepter")
    page.get_by_label("Qui suivra cette situation").fill(who)
    page.locator("[name=date]").fill((clock.today() + timedelta(days=3)).isoformat())
    press(page, "Accepter")
    stands(page, "Acceptée")


def close(page: Page) -> None:
    follow(page, "Clore avec un bilan")
    page.locator("[name=outcome][value=covered]").check()
    press(page, "Clore avec un bilan")
    stands(page, "Terminée")


@pytest.fixture
def sent(site: Any) -> UUID:
    """What the first house receives."""
    with site.app.app_context():
        user = session().get_one(User, demo_id("user", SENDER))
        sender = actor_of(user, user.memberships[0].organization)
        receiver = demo_id("service", "regie-liane--cages-punaises")
        situation_id = make_situation(sender, themes=["squalor"])
        return service.refer(sender, situation_id=situation_id, service_ids=[receiver], terms=terms())[0].id


def test_three_houses_follow_one_situation(
    site: Any, sent: UUID, open_page: Callable[..., Page], sign_in: Callable[[Page, str], None]
) -> None:
    sender, first, second = (open_page(width=width) for width in (1280, 360, 1280))
    for page, key in ((sender, SENDER), (first, FIRST), (second, SECOND)):
        sign_in(page, key)

    first.goto(f"/orientations/{sent}")
    accept(first, "Karim, de la régie")
    follow(first, "Passer le relais")
    first.get_by_label("Chercher un autre partenaire").fill(NEXT)
    press(first, "Chercher")
    first.get_by_label(NEXT).check()
    first.locator("[name=sharing_level][value=minimal]").check()
    for day in ("informed_on", "given_on"):
        first.locator(f"[name={day}]").fill(clock.today().isoformat())
    press(first, "Passer le relais")
    stands(first, "Relayée")

    with site.app.app_context():
        relayed = session().scalars(select(Referral.id).where(Referral.parent_id == sent)).one()
    second.goto(f"/orientations/{relayed}")
    expect(second.get_by_role("main")).not_to_contain_text(LAST_NAME)
    accept(second, "L’équipe mobile")
    second.get_by_label("Votre message").fill(BETWEEN_THEM)
    press(second, "Envoyer le message")
    expect(second.get_by_role("main")).to_contain_text(BETWEEN_THEM)
    follow(second, "Commencer l’accompagnement")
    second.get_by_role("main").locator("form button[type=submit]").first.click()
    stands(second, "Accompagnement en cours")
    close(second)
    assert second.request.get(f"/orientations/{sent}").status == 404

    first.goto(f"/orientations/{relayed}")
    expect(first.get_by_role("main")).to_contain_text(BETWEEN_THEM)
    sender.goto(f"/orientations/{sent}")
    stands(sender, "Relayée")
    expect(sender.get_by_role("main")).to_contain_text("terminée")
    expect(sender.get_by_role("main")).not_to_contain_text(BETWEEN_THEM)
    assert sender.request.get(f"/orientations/{relayed}").status == 404

    first.goto(f"/orientations/{sent}")
    close(first)
    sender.reload()
    stands(sender, "Terminée")
