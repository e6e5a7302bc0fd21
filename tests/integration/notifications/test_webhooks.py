"""A program told of referrals: what it hears, what happens while it is down, and what its administrator does."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from factories.accounts import make_user
from factories.listener import Listener, endless, listening, redirecting, silent
from factories.pages import Visitor, readable
from factories.referrals import SECRETS, Town, do, make_referral, send, stored
from maillage.accounts import service as accounts
from maillage.kernel import clock, fetching, jobs, outbox
from maillage.kernel.actor import SYSTEM, Actor
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.db import session, transaction
from maillage.notifications.models import Notification
from maillage.notifications.webhooks import pacing, service
from maillage.notifications.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from maillage.referrals import rights
from maillage.referrals.service import bar, telling
from maillage.referrals.states import Event, State

pytestmark = pytest.mark.security

PAGES = "/administration/logiciels"
DAY = timedelta(days=1)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture
def admin(app: Flask, town: Town) -> Visitor:
    return Visitor(app, town.association, make_user(town.association.org, ("org_admin",)))


def added(admin: Visitor, listener: Listener) -> tuple[str, str]:
    """The path of a program's page and the secret that was shown."""
    page = admin.post(f"{PAGES}/ajouter", status=200, label="Suivi", url=listener.url).text
    secret = re.search(r"whsec_[\w+/=]+", html.unescape(page))
    path = re.search(rf'href="({PAGES}/[0-9a-f-]+)"', page)
    assert secret and path
    return path[1], secret[0]


def later(wait: timedelta) -> None:
    with clock.at(clock.now() + wait):
        jobs.drain()


def row(path: str) -> Webhook:
    session().rollback()
    return session().get_one(Webhook, UUID(path.rpartition("/")[2]))


def test_a_state_changes_the_program_is_down_then_told_then_told_again(
    admin: Visitor, town: Town, listener: Listener
) -> None:
    path, secret = added(admin, listener)
    referral_id = send(town)[0].id
    jobs.drain()
    (sent,) = listener.new()
    assert sent.signed_by(secret)
    assert sent.told["type"] == "referral.sent"
    assert sent.told["data"] == {"id": str(referral_id), "state": "sent", "version": stored(referral_id).version}
    assert not any(secret in sent.body.decode() for secret in SECRETS)
    event_id = session().scalar(select(WebhookDelivery.cause))
    assert event_id is not None
    telling.tell_step(event_id)
    jobs.drain()
    assert listener.new() == []

    listener.answers = 503
    do(town, referral_id, Event.ACCEPT)
    jobs.drain()
    (first,) = listener.new()
    assert "En difficulté" in admin.get(path)
    later(timedelta(seconds=4))
    assert listener.new() == []
    listener.answers = 200
    later(timedelta(seconds=7))
    (second,) = listener.new()
    assert (second.headers["webhook-id"], second.body) == (first.headers["webhook-id"], first.body)
    assert second.signed_by(secret)

    page = readable(admin.get(path))
    assert "referral.accepted" in page and "1. " in page and "Refusé par le logiciel (503)" in page
    assert "2. " in page and "Reçu (200)" in page
    replay = re.findall(rf'action="({path}/envois/[^"]+)"', admin.get(path))
    assert admin.go(replay[0]) == path
    jobs.drain()
    (third,) = listener.new()
    assert third.headers["webhook-id"] == first.headers["webhook-id"]
    assert third.signed_by(secret)


def test_both_sides_hear_and_nobody_of_what_is_kept_from_them(
    app: Flask, admin: Visitor, town: Town, listener: Listener
) -> None:
    added(admin, listener)
    with listening() as other:
        added(Visitor(app, town.landlord, make_user(town.landlord.org, ("org_admin",))), other)
        make_referral(town, State.DRAFT)
        jobs.drain()
        assert (listener.new(), other.new()) == ([], [])
        referral_id = make_referral(town, State.ACCEPTED)
        jobs.drain()
        heard = [one.told["data"]["state"] for one in other.new()]
        assert heard == [one.told["data"]["state"] for one in listener.new()]
        assert heard[-1] == "accepted"
        bar(
            town.landlord.actor,
            situation_id=stored(referral_id).situation_id,
            who=town.association.org.id,
            reason="Voisins.",
        )
        do(town, referral_id, Event.CANCEL)
        jobs.drain()
        assert [one.told["data"]["state"] for one in other.new()] == ["cancelled"]
        assert listener.new() == []


def test_a_suspended_organization_hears_nothing(admin: Visitor, town: Town, listener: Listener) -> None:
    added(admin, listener)
    referral_id, later_on = make_referral(town), make_referral(town)
    jobs.drain()
    assert len(listener.new()) == 2
    listener.answers = 500
    do(town, referral_id, Event.CANCEL)
    jobs.drain()
    assert len(listener.new()) == 1
    accounts.suspend_organization(SYSTEM, org_id=town.association.org.id, reason="À revoir.")
    with clock.at(clock.now() + DAY):
        jobs.drain()
    assert listener.new() == [], "what had failed is not tried again"
    do(town, later_on, Event.CANCEL)
    jobs.drain()
    assert listener.new() == []


def test_a_program_that_never_answers_is_tried_ten_times_then_left_and_its_people_told(
    admin: Visitor, town: Town, listener: Listener
) -> None:
    path, _ = added(admin, listener)
    listener.answers = 500
    admin.post(f"{path}/essai")
    jobs.drain()
    moment = clock.now()
    for wait in pacing.WAITS:
        moment += wait * 1.25
        with clock.at(moment):
            jobs.drain()
    assert len(listener.new()) == 10
    assert "Abandonné" in admin.get(path)
    with clock.at(moment + 2 * DAY):
        service.send_test(admin_of(path), webhook_id=row(path).id)
        jobs.drain()
        assert row(path).stopped_because == "failing"
    assert "Arrêté" in admin.get(path)
    session().rollback()
    (notice,) = session().scalars(select(Notification).where(Notification.kind == "webhooks.stopped"))
    assert notice.link == path
    listener.new()
    admin.post(f"{path}/essai", status=409)
    make_referral(town)
    jobs.drain()
    assert listener.new() == []
    listener.answers = 200
    admin.post(f"{path}/reprendre")
    admin.post(f"{path}/essai")
    jobs.drain()
    assert [one.told["type"] for one in listener.new()] == ["maillage.test"]


BEHAVIOURS = (
    (302, "Redirigé ailleurs : nous ne suivons pas (302)", 1),
    ("redirect", "Redirigé ailleurs : nous ne suivons pas (307)", 1),
    ("silent", "Pas de réponse à temps", 1),
    ("endless", "Reçu", 1),
    (413, "Refusé par le logiciel (413)", 1),
    ("private", "Adresse interdite", 0),
    ("away", "Serveur injoignable", 0),
    (410, "Le logiciel ne veut plus être prévenu (410)", 1),
)


def test_what_a_program_does_is_told_on_its_page(
    admin: Visitor, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = added(admin, listener)
    monkeypatch.setattr(pacing, "SECONDS", 0.2)
    with listening() as canary:
        for behaviour, said, reached in BEHAVIOURS:
            before = listener.connections
            program = {"redirect": redirecting(canary.url), "silent": silent, "endless": endless}
            listener.answers = behaviour if isinstance(behaviour, int) else program.get(behaviour, 200)
            url = "http://127.0.0.1:9/" if behaviour == "away" else listener.url
            with transaction() as tx:
                tx.execute(update(Webhook).values(url=url))
            service.send_test(admin_of(path), webhook_id=row(path).id)
            fetching.configure(strict=behaviour == "private")
            jobs.drain()
            fetching.configure(strict=False)
            assert listener.connections - before == reached, behaviour
            page = readable(admin.get(path))
            assert said in page, behaviour
            assert ("Arrêté" in page) is (behaviour == 410)
        assert canary.connections == 0


def test_who_made_us_wait_waits_and_no_attempt_is_lost(admin: Visitor, listener: Listener) -> None:
    path, _ = added(admin, listener)
    with transaction() as tx:
        tx.execute(update(Webhook).values(rests_until=clock.now() + timedelta(minutes=2)))
    admin.post(f"{path}/essai")
    jobs.drain()
    assert listener.new() == []
    later(timedelta(minutes=3))
    assert len(listener.new()) == 1


def test_a_pause_keeps_what_comes_and_a_resumption_sends_it(admin: Visitor, town: Town, listener: Listener) -> None:
    path, _ = added(admin, listener)
    admin.post(f"{path}/pause")
    make_referral(town)
    jobs.drain()
    assert listener.new() == [] and "En attente" in admin.get(path)
    admin.post(f"{path}/reprendre")
    jobs.drain()
    assert len(listener.new()) == 1


def test_a_new_secret_signs_beside_the_former_one_for_a_day(admin: Visitor, listener: Listener) -> None:
    path, former = added(admin, listener)
    page = admin.post(f"{path}/secret", status=200).text
    secret = re.search(r"whsec_[\w+/=]+", html.unescape(page))
    assert secret and secret[0] != former
    for wait, known in ((timedelta(), True), (timedelta(hours=25), False)):
        with clock.at(clock.now() + wait):
            service.send_test(admin_of(path), webhook_id=row(path).id)
            jobs.drain()
        (heard,) = listener.new()
        assert heard.signed_by(secret[0])
        assert heard.signed_by(former) is known
    assert former not in admin.get(path) and secret[0] not in admin.get(path)
    assert former.encode() not in row(path).secret_sealed


def test_what_is_removed_erased_or_old_leaves_nothing(admin: Visitor, town: Town, listener: Listener) -> None:
    path, _ = added(admin, listener)
    referral_id = make_referral(town)
    jobs.drain()
    rights.service.erase(town.landlord.actor, situation_id=stored(referral_id).situation_id)
    assert count(WebhookDelivery) == count(WebhookAttempt) == 0
    admin.post(f"{path}/essai")
    jobs.drain()
    assert count(WebhookAttempt) == 1
    admin.post(f"{path}/essai")
    assert admin.go(f"{path}/retirer") == PAGES
    jobs.drain()
    assert count(Webhook) == count(WebhookDelivery) == 0
    assert session().scalar(select(func.count()).where(ContentKey.subject_kind == "webhooks")) == 0
    assert session().scalar(select(func.count()).where(outbox.OutboxJob.dead_at.is_not(None))) == 0
    admin.get(path, status=404)
    service.send_test(admin_of(added(admin, listener)[0]), webhook_id=session().scalars(select(Webhook.id)).one())
    jobs.tick(clock.now() + 31 * DAY)
    assert count(WebhookDelivery) == 0


BAD = (
    ("", "https://8.8.8.8/", "Donnez un nom"),
    ("Suivi", "", "Indiquez une adresse"),
    ("Suivi", "ftp://8.8.8.8/", "adresse publique"),
    ("Suivi", "https://127.0.0.1/", "adresse publique"),
    ("Suivi", "https://user:secret@8.8.8.8/", "adresse publique"),
    ("Suivi", "https://nulle-part.invalid/", "n’existe pas"),
    ("Suivi", "https://8.8.8.8/" + "a" * 500, "500 caractères"),
)


def test_a_bad_address_is_refused_beside_its_field(admin: Visitor) -> None:
    fetching.configure(strict=True)
    for label, url, said in BAD:
        page = admin.refused(f"{PAGES}/ajouter", label=label, url=url)
        assert said in page and (not url or html.escape(url) in page), url


def test_no_more_programs_than_that(admin: Visitor, listener: Listener) -> None:
    for _ in range(pacing.MOST_WEBHOOKS):
        added(admin, listener)
    assert "5 logiciels au plus" in admin.refused(f"{PAGES}/ajouter", label="Un de trop", url=listener.url)


def test_what_another_organization_has_is_unknown(app: Flask, admin: Visitor, town: Town, listener: Listener) -> None:
    path, _ = added(admin, listener)
    stranger = Visitor(app, town.stranger, make_user(town.stranger.org, ("org_admin",)))
    stranger.get(path, status=404)
    for gesture in ("essai", "pause", "reprendre", "secret", "retirer", f"envois/{uuid4()}/renvoyer"):
        stranger.post(f"{path}/{gesture}", status=404)


def admin_of(path: str) -> Actor:
    """Whoever administers the organisation of this program, outside of a request."""
    return Actor(user_id=uuid4(), org_id=row(path).org_id, permissions=frozenset({pacing.ADMINISTER}))


def count(model: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model)) or 0
