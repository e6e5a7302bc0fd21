"""Every change of a way into an account is told to its owner, by a notice and a mail that say nothing of anybody."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from factories.accounts import PASSWORD, make_organization, make_user, sign_in
from factories.authenticator import SoftKey
from integration.accounts.test_account import enrol
from integration.accounts.test_security_keys import PAGE, add
from maillage.accounts.models import User
from maillage.kernel.db import session
from maillage.kernel.outbox import OutboxJob
from maillage.notifications import kinds
from maillage.notifications.models import Notification
from maillage.notifications.service import MAIL


def add_application(client: FlaskClient) -> None:
    enrol(client)


def remove_application(client: FlaskClient) -> None:
    enrol(client)
    client.post(f"{PAGE}/desactiver", data={"current": PASSWORD})


def add_key(client: FlaskClient) -> None:
    add(client, SoftKey())


def remove_key(client: FlaskClient) -> None:
    add(client, SoftKey())
    client.post(f"{PAGE}/cles/{re.search(r'/cles/([0-9a-f-]{36})/retirer', client.get(PAGE).text)[1]}/retirer")


def change_password(client: FlaskClient) -> None:
    fresh = "trois ponts sous la neige"
    client.post("/compte/mot-de-passe", data={"current": PASSWORD, "password": fresh})


def use_another_browser(client: FlaskClient) -> None:
    email = session().scalars(select(User.email)).one()
    client.post("/connexion", data={"email": email, "password": PASSWORD}, headers={"User-Agent": "curl/8"})


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (add_application, ["second_factor_added"]),
        (remove_application, ["second_factor_added", "second_factor_removed"]),
        (add_key, ["second_factor_added"]),
        (remove_key, ["second_factor_added", "second_factor_removed"]),
        (change_password, ["password_changed"]),
        (use_another_browser, ["new_device"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_way_in_that_changes_is_told_and_mailed_at_once(
    app: Flask, client: FlaskClient, act: Callable[[FlaskClient], None], told: list[str]
) -> None:
    user = make_user(make_organization())
    act(sign_in(client, user))
    session().rollback()
    notices = session().scalars(select(Notification).order_by(Notification.id)).all()
    assert [notice.kind for notice in notices] == [f"accounts.{name}" for name in told]
    assert {notice.user_id for notice in notices} == {user.id}
    assert all(client.get(notice.link, follow_redirects=True).status_code == 200 for notice in notices)
    mails = session().scalar(select(func.count()).select_from(OutboxJob).where(OutboxJob.kind == MAIL))
    assert mails == len(told)


@pytest.mark.parametrize("code", ["new_device", "password_changed", "second_factor_added", "second_factor_removed"])
def test_the_mail_names_nobody_and_cannot_be_turned_off(code: str) -> None:
    kind = kinds.get(f"accounts.{code}")
    assert kind.essential
    assert "{" not in kind.subject + kind.body


def test_nothing_is_told_of_what_was_refused(app: Flask, client: FlaskClient) -> None:
    sign_in(client, make_user(make_organization()))
    client.post("/compte/mot-de-passe", data={"current": "faux", "password": "trois ponts sous la neige"})
    client.post(f"{PAGE}/desactiver", data={"current": "faux"})
    client.post(PAGE)
    client.post(f"{PAGE}/activer", data={"code": "000000"})
    session().rollback()
    assert session().scalar(select(func.count()).select_from(Notification)) == 0
