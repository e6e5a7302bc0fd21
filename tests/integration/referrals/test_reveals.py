"""Opening identities: each look says why, and nobody opens dozens of them in an hour."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.accounts import bearer, make_user
from factories.pages import Visitor, readable
from factories.referrals import Town, make_referral
from maillage.kernel import clock, jobs
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session
from maillage.kernel.errors import TooMany
from maillage.notifications.models import Notification
from maillage.referrals import service
from maillage.referrals.service.revealing import use_cap
from maillage.referrals.states import State


@pytest.fixture
def three_an_hour(app: Flask) -> Iterator[None]:
    use_cap(3)
    yield
    use_cap(50)


def looks(action: str = "referral.reveal") -> list[str | None]:
    session().rollback()
    query = select(AuditEntry.details).where(AuditEntry.action == action).order_by(AuditEntry.seq)
    return [details.get("reason") for details in session().scalars(query)]


def test_why_somebody_looked_is_in_the_journal(town: Town, receiver: Visitor, app: Flask) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    assert "Préparer un rendez-vous" in readable(receiver.get(f"/orientations/{referral_id}"))
    receiver.post(f"/orientations/{referral_id}/identite", status=200, reason="appointment")
    receiver.post(f"/orientations/{referral_id}/identite", status=200, reason="curiosité")
    headers = bearer(town.association.user, town.association.org)
    path = f"/api/v1/referrals/{referral_id}"
    assert app.test_client().get(f"{path}?reason=check", headers=headers).status_code == 200
    assert app.test_client().get(f"{path}?reason=curious", headers=headers).status_code == 422
    assert looks() == ["appointment", "other", "check"]


@pytest.mark.usefixtures("three_an_hour")
def test_one_too_many_is_refused_and_the_administrators_are_told_once(town: Town, receiver: Visitor) -> None:
    admin = make_user(town.association.org, ("org_admin",))
    referral_id = make_referral(town, State.ACCEPTED)
    jobs.drain()
    for _ in range(3):
        service.reveal(town.association.actor, referral_id=referral_id)
    for _ in range(2):
        with pytest.raises(TooMany):
            service.reveal(town.association.actor, referral_id=referral_id)
    page = receiver.post(f"/orientations/{referral_id}/identite", status=429).text
    assert "votre administrateur en est prévenu" in readable(page)
    assert (len(looks()), len(looks("referral.reveal_refused"))) == (3, 3)
    jobs.drain()
    told = select(Notification.email).where(Notification.kind == "referral.reveals")
    assert session().scalars(told).all() == [admin.email]
    colleague = town.association.colleague("intake")
    assert service.reveal(colleague, referral_id=referral_id).person.first_name
    with clock.at(clock.now() + timedelta(hours=1, minutes=1)):
        assert service.reveal(town.association.actor, referral_id=referral_id).person.first_name


@pytest.mark.usefixtures("three_an_hour")
def test_the_cap_holds_when_many_look_at_once(town: Town, app: Flask) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    ended: list[str] = []

    def look() -> None:
        with app.app_context():
            try:
                service.reveal(town.association.actor, referral_id=referral_id)
            except TooMany:
                ended.append("refused")
            else:
                ended.append("shown")

    threads = [Thread(target=look) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session().rollback()
    assert (ended.count("shown"), len(ended)) == (3, 12)
    assert session().scalar(select(func.count()).where(AuditEntry.action == "referral.reveal")) == 3
