"""A handoff is one commit and few statements, counted from the request to the answer."""

from flask.testing import FlaskClient

from factories.accounts import bearer
from factories.referrals import Town, make_referral, make_situation, terms
from factories.statements import StatementCounter
from maillage.kernel.db import db, session
from maillage.referrals import queries, service
from maillage.referrals.codes import Side
from maillage.referrals.content import Plan, StepInput
from maillage.referrals.states import State

MOST = 12


def test_a_handoff_through_http(town: Town, client: FlaskClient, count_statements: StatementCounter) -> None:
    headers = bearer(town.landlord.user, town.landlord.org)
    body = terms().model_dump(mode="json") | {
        "situation_id": str(make_situation(town.landlord.actor)),
        "service_ids": [str(town.service.id)],
    }
    with count_statements as counted:
        answer = client.post("/api/v1/referrals", json=body, headers=headers)
    assert answer.status_code == 201
    assert counted.commits == 1
    assert len(counted.statements) <= MOST, counted.statements
    assert counted.told == (db.engine.dialect.name == "postgresql")  # once, for the transaction that writes


def test_a_retry_key_costs_two_more(town: Town, client: FlaskClient, count_statements: StatementCounter) -> None:
    """And a third on PostgreSQL, where the same request sent twice at once must queue."""
    headers = bearer(town.landlord.user, town.landlord.org) | {"Idempotency-Key": "one"}
    body = terms().model_dump(mode="json") | {
        "situation_id": str(make_situation(town.landlord.actor)),
        "service_ids": [str(town.service.id)],
    }
    with count_statements as counted:
        client.post("/api/v1/referrals", json=body, headers=headers)
    assert counted.commits == 1
    queued = sum("pg_advisory_xact_lock" in statement for statement in counted.statements)
    assert len(counted.statements) <= MOST + 1 + queued, counted.statements


def test_a_handoff_that_was_planned_on_the_pages(town: Town, count_statements: StatementCounter) -> None:
    """What the last page calls: its session costs one statement more, like the token above."""
    me, service_ids = town.landlord.actor, (town.service.id,)
    situation_id = make_situation(me)
    service.update_situation(me, situation_id=situation_id, given=StepInput(plan=Plan(service_ids=service_ids)))
    with count_statements as counted:
        service.refer(me, situation_id=situation_id, service_ids=service_ids, terms=terms())
    assert counted.commits == 1
    assert len(counted.statements) <= MOST - 1, counted.statements


def test_sending_a_draft(town: Town, client: FlaskClient, count_statements: StatementCounter) -> None:
    headers = bearer(town.landlord.user, town.landlord.org)
    path = f"/api/v1/referrals/{make_referral(town, State.DRAFT)}/events"
    with count_statements as counted:
        answer = client.post(path, json={"event": "send"}, headers=headers)
    assert answer.status_code == 200
    assert counted.commits == 1
    assert len(counted.statements) <= MOST, counted.statements


def test_an_answer_is_one_commit(town: Town, client: FlaskClient, count_statements: StatementCounter) -> None:
    headers = bearer(town.association.user, town.association.org)
    path = f"/api/v1/referrals/{make_referral(town)}/events"
    with count_statements as counted:
        answer = client.post(path, json={"event": "accept", "contact": "S.", "estimate": "8 jours"}, headers=headers)
    assert answer.status_code == 200
    assert counted.commits == 1


def test_a_list_costs_the_same_for_any_number_of_lines(town: Town, count_statements: StatementCounter) -> None:
    costs = []
    for _ in range(2):
        make_referral(town)
        make_referral(town)
        session().expire_all()
        with count_statements as counted:
            queries.inbox(session(), town.association.actor, box=Side.RECEIVER)
        costs.append(len(counted.statements))
        counted.statements.clear()
    assert costs[0] == costs[1] <= 2
