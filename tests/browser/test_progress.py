"""A progress bar that moves by itself, and without scripts by its link."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from maillage.accounts.models import User
from maillage.demo.content import demo_id
from maillage.kernel import clock
from maillage.kernel.background import LASTS, BackgroundTask, TaskState
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_id

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WHO = "corons-lumiere.referent"


def test_a_bar_moves_to_its_end(
    site: Any,
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
) -> None:
    """A booklet that no worker touches: the test is the worker, so that nothing moves between two looks."""
    task_id, user_id = new_id(), demo_id("user", WHO)
    scripted, plain = open_page(width=360), open_page(javascript=False)
    for page in (scripted, plain):
        sign_in(page, WHO)

    def set_to(**values: Any) -> None:
        with site.app.app_context(), transaction() as tx:
            tx.execute(update(BackgroundTask).where(BackgroundTask.id == task_id).values(**values))

    with site.app.app_context():
        org_id = demo_id("organization", WHO.partition(".")[0])
        assert session().get(User, user_id) is not None
        with transaction() as tx:
            tx.add(
                BackgroundTask(
                    id=task_id, user_id=user_id, org_id=org_id, kind="directory.booklet", title="Béthune (62)",
                    params={"search": "place=commune%3A62119"}, state=TaskState.RUNNING, done=3, total=12,
                    expires_at=clock.now() + LASTS,
                )
            )  # fmt: skip
    for page in (scripted, plain):
        page.goto(f"/taches/{task_id}")
        bar = page.get_by_role("progressbar", name="En cours")
        expect(bar).to_have_attribute("value", "3")
        expect(page.get_by_text("3 sur 12 services")).to_be_visible()
    set_to(done=9)
    expect(scripted.get_by_role("progressbar")).to_have_attribute("value", "9")
    plain.get_by_role("link", name="Actualiser").click()
    expect(plain.get_by_role("progressbar")).to_have_attribute("value", "9")
    plain.get_by_role("button", name="Annuler").click()
    expect(plain.get_by_text("Le travail s’arrête dès qu’il le peut.")).to_be_visible()
    expect(scripted.get_by_text("Le travail s’arrête dès qu’il le peut.")).to_be_visible()
    set_to(state=TaskState.CANCELLED)
    expect(scripted.get_by_text("Vous l’avez annulé")).to_be_visible()
    expect(scripted.get_by_role("progressbar")).to_have_count(0)
