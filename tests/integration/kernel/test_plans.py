"""PostgreSQL keeps the plans of what is asked again and again; what was written and not kept is gone all the same."""

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from factories.accounts import make_organization
from factories.referrals import Town, make_referral
from maillage.accounts.models import Organization
from maillage.kernel.db import db, session
from maillage.kernel.scope import act_as
from maillage.referrals import queries
from maillage.referrals.codes import Side

pytestmark = pytest.mark.parametrize("app", ["postgres"], indirect=True)
TIMES = 3  # the third time a statement is prepared


def test_what_is_read_again_stays_prepared(app: Flask, town: Town) -> None:
    make_referral(town)
    act_as(town.association.actor)
    for _ in range(TIMES):
        assert queries.inbox(session(), town.association.actor, box=Side.RECEIVER).rows
        session().rollback()
    kept = session().scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("referral_party" in statement for statement in kept)


def test_what_was_written_is_rolled_back(app: Flask) -> None:
    org = make_organization(name="Avant")
    row = session().get_one(Organization, org.id)
    row.name = "Après"
    session().flush()
    session().rollback()
    assert session().scalar(select(Organization.name).where(Organization.id == org.id)) == "Avant"


def test_a_server_that_dies_after_the_reading_leaves_nothing_to_undo(app: Flask, postgres_url: str) -> None:
    """It answered 500 for a page that was ready: the end of a request rolls back."""
    mine = session().scalar(text("SELECT pg_backend_pid()"))
    with create_engine(postgres_url).connect() as owner:
        owner.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": mine})
    db.session.remove()
    assert session().scalar(text("SELECT pg_backend_pid()")) != mine


def test_a_row_that_was_locked_is_free_after_a_rollback(app: Flask) -> None:
    org = make_organization()
    session().execute(select(Organization).where(Organization.id == org.id).with_for_update())
    session().rollback()
    held = text("SELECT count(*) FROM pg_locks WHERE mode = 'RowShareLock' AND pid = pg_backend_pid()")
    assert session().scalar(held) == 0
