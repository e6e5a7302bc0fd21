"""Who is behind a cookie or a token, at the very next request."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from factories.accounts import bearer, join, make_organization, make_user, sign_in
from maillage.accounts import queries
from maillage.accounts.models import Membership, Organization, User, UserSession
from maillage.kernel import clock
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import session, transaction


def secret_in(client: FlaskClient) -> str:
    with client.session_transaction() as cookie:
        return str(cookie["_user_id"])


def test_a_session_tells_everything_in_one_statement(app: Flask, client: FlaskClient, count_statements) -> None:
    org = make_organization(kind="landlord", country="BE")
    user = make_user(org, ("referent",))
    secret = secret_in(sign_in(client, user))
    with count_statements:
        presence = queries.presence_of_session(session(), secret)
    assert len(count_statements.statements) == 1
    assert presence is not None
    assert (presence.actor.user_id, presence.actor.org_id, presence.actor.country) == (user.id, org.id, "BE")
    assert presence.actor.can("referral.send")
    assert presence.actor.org_vetted
    assert not presence.mfa_pending


@pytest.mark.parametrize(
    "change",
    [
        update(UserSession).values(revoked_at=clock.now()),
        update(UserSession).values(last_seen_at=clock.now() - timedelta(minutes=31)),
        update(UserSession).values(created_at=clock.now() - timedelta(hours=10, minutes=1)),
        update(Membership).values(ended_at=clock.now()),
        update(User).values(active=False),
        update(Organization).values(status="suspended"),
    ],
    ids=["revoked", "idle", "too long", "membership ended", "user deactivated", "organisation suspended"],
)
def test_what_ends_a_presence(app: Flask, client: FlaskClient, change) -> None:
    org = make_organization()
    user = make_user(org)
    secret = secret_in(sign_in(client, user))
    token = bearer(user, org)["Authorization"].removeprefix("Bearer ")
    assert queries.presence_of_session(session(), secret) is not None
    assert queries.presence_of_token(session(), token) is not None
    with transaction() as tx:
        tx.execute(change)
    assert queries.presence_of_session(session(), secret) is None
    if change.table.name != "user_session":
        assert queries.presence_of_token(session(), token) is None


def test_scopes_narrow_what_the_roles_allow(app: Flask, count_statements) -> None:
    org = make_organization()
    user = make_user(org, ("intake",))
    token = bearer(user, org, "referral.answer", "platform.administer")["Authorization"].removeprefix("Bearer ")
    with count_statements:
        presence = queries.presence_of_token(session(), token)
    assert len(count_statements.statements) == 1
    assert presence is not None
    assert presence.actor.permissions == {"referral.answer"}


def test_an_organisation_that_wants_two_factors_leaves_the_rest_outside(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization(mfa_required_at=clock.now()))
    presence = queries.presence_of_session(session(), secret_in(sign_in(client, user)))
    assert presence is not None
    assert presence.mfa_pending
    assert presence.actor.permissions == frozenset()


def test_recipients_are_members_with_the_permission(app: Flask) -> None:
    org = make_organization()
    answers, administers = make_user(org, ("intake",)), make_user(org, ("org_admin",))
    make_user(org, ("intake",), password_hash=None)
    assert [told.user_id for told in queries.recipients(session(), org.id, "referral.answer")] == [answers.id]
    assert [told.email for told in queries.recipients(session(), org.id, "organization.administer")] == [
        administers.email
    ]


def test_an_organisation_without_members_is_told_at_its_mailbox(app: Flask) -> None:
    org = make_organization(email="accueil@aurore.example", country="BE")
    (told,) = queries.recipients(session(), org.id, "referral.answer")
    assert (told.user_id, told.email, told.country, told.org_id) == (None, "accueil@aurore.example", "BE", org.id)
    silent = make_organization(email=None)
    assert queries.recipients(session(), silent.id, "referral.answer") == []


def test_people_are_told_once_and_only_where_they_still_work(app: Flask) -> None:
    first, second = make_organization(), make_organization()
    user = make_user(first)
    join(user, second)
    assert len(queries.recipients_for_users(session(), [user.id])) == 1
    with transaction() as tx:
        tx.execute(update(Membership).where(Membership.org_id == first.id).values(ended_at=clock.now()))
    assert queries.recipients_for_users(session(), [user.id], org_id=first.id) == []
    assert [told.org_id for told in queries.recipients_for_users(session(), [user.id])] == [second.id]


def test_only_the_hash_of_a_session_is_stored(app: Flask, client: FlaskClient) -> None:
    secret = secret_in(sign_in(client, make_user(make_organization())))
    assert session().scalars(select(UserSession.secret_hash)).all() == [hash_secret(secret)]
