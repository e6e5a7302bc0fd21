"""Free places that lapse, freshness, answering habits, and the index that follows."""

from datetime import timedelta

import pytest
from flask import Flask

from factories.accounts import actor_of, make_organization, make_user
from factories.directory import make_answers, make_service
from maillage.accounts.service import prove_mailbox
from maillage.directory import queries, service
from maillage.directory.presenters import present
from maillage.kernel import clock, jobs
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Invalid
from maillage_search.embedded import EmbeddedEngine


def capacity_of(service_id: object) -> tuple[str, bool]:
    session().rollback()
    view = present(queries.services(session(), [service_id])[service_id], None)  # type: ignore[list-item, index]
    return view.capacity.state, view.capacity.lapsed


def test_a_capacity_that_has_lapsed_is_unknown(app: Flask) -> None:
    org = make_organization()
    actor = actor_of(make_user(org, ("intake",)), org)
    it = make_service(org).id
    service.set_capacity(actor, service_id=it, state="free")
    assert capacity_of(it) == ("free", False)
    with clock.at(clock.now() + timedelta(days=31)):
        assert capacity_of(it) == ("unknown", True)
        assert service.lapse_capacities() == 1
        assert service.lapse_capacities() == 0
    assert capacity_of(it) == ("unknown", False)


def test_capacity_refuses_what_it_does_not_know(app: Flask) -> None:
    org = make_organization()
    actor = actor_of(make_user(org, ("intake",)), org)
    it = make_service(org).id
    with pytest.raises(Invalid):
        service.set_capacity(actor, service_id=it, state="beaucoup")
    with pytest.raises(Invalid):
        service.set_capacity(actor, service_id=it, state="free", lapses_on=clock.today())


def test_habits_need_a_minimum_of_answers(app: Flask) -> None:
    it = make_service(make_organization())
    make_answers(it, 1, 2, 3, 10)
    assert queries.habits(session(), [it.id])[it.id].median_days is None
    make_answers(it, 2)
    assert queries.habits(session(), [it.id])[it.id] == queries.Habit(2, 5)


def test_no_longer_offered_becomes_a_report(app: Flask) -> None:
    org = make_organization()
    it = make_service(org)
    with transaction() as tx:
        service.record_signal(tx, it.id, kind="no_longer_offered")
    actor = actor_of(make_user(org, ("intake",)), org)
    assert [report.kind for report in queries.open_reports(session(), actor)] == ["closed"]


def test_a_referable_service_is_one_statement(app: Flask, count_statements) -> None:  # type: ignore[no-untyped-def]
    org = make_organization()
    it, draft = make_service(org), make_service(org, status="draft")
    make_user(org, ("intake",))
    session().expunge_all()
    with count_statements as counted:
        found = queries.referable_service(session(), it.id)
    assert len(counted.statements) == 1
    assert found is not None
    assert found.reachable
    assert found.org_name == org.name
    assert queries.referable_service(session(), draft.id) is None


@pytest.mark.parametrize(
    ("vouched", "roles", "reachable", "by_link"),
    [
        (False, None, False, False),
        (True, None, True, True),
        (True, ("org_admin",), True, True),
        (True, ("intake",), True, False),
        (False, ("intake",), True, False),
        (False, ("org_admin",), False, False),
    ],
)
def test_a_service_that_nobody_can_answer_for_is_not_reachable(
    app: Flask, vouched: bool, roles: tuple[str, ...] | None, reachable: bool, by_link: bool
) -> None:
    """A public address is not enough, neither the organisation's nor the service's own."""
    org = make_organization()
    it = make_service(org, email="public@fiche.example")
    if vouched:
        prove_mailbox(SYSTEM, org_id=org.id, email="accueil@fiche.example", proof="called")
    if roles:
        make_user(org, roles)
    found = queries.referable_service(session(), it.id)
    assert found is not None
    assert (found.reachable, found.by_link) == (reachable, by_link)


def test_presenting_many_takes_as_many_statements_as_one(app: Flask, count_statements) -> None:  # type: ignore[no-untyped-def]
    org = make_organization()
    ids = [make_service(org).id for _ in range(12)]
    session().expunge_all()
    with count_statements as counted:
        found = queries.services(session(), ids)
        views = [present(found[it], None) for it in ids]
    assert len(views) == 12
    assert len(counted.statements) <= 4


def test_the_index_follows_and_the_reconciler_repairs(app: Flask, engine: EmbeddedEngine) -> None:
    org = make_organization()
    actor = actor_of(make_user(org, ("org_admin",)), org)
    shown, hidden = make_service(org), make_service(org)
    assert service.index_drift() == {"missing": 2, "stale": 0, "extra": 0}
    assert service.reconcile() == 2
    assert service.index_drift() == {"missing": 0, "stale": 0, "extra": 0}

    service.hide_service(actor, service_id=hidden.id)
    service.set_capacity(actor, service_id=shown.id, state="full")
    assert service.index_drift() == {"missing": 0, "stale": 1, "extra": 1}
    jobs.drain()
    assert service.index_drift() == {"missing": 0, "stale": 0, "extra": 0}
    assert list(engine.versions()) == [str(shown.id)]


def test_a_suspended_organisation_leaves_the_directory(app: Flask, engine: EmbeddedEngine) -> None:
    org = make_organization()
    it = make_service(org)
    service.reconcile()
    with transaction() as tx:
        tx.merge(org).status = "suspended"
    service.project_organization(org.id)
    jobs.drain()
    assert dict(engine.versions()) == {}
    assert queries.visible_service(session(), it.id, None) is None


def test_rebuilding_gives_the_same_index(app: Flask, engine: EmbeddedEngine) -> None:
    org = make_organization(kind="host")
    for _ in range(3):
        make_service(org)
    assert service.rebuild_index(actor_of(make_user(org, ("platform_admin",)), org)) == 3
    assert service.index_drift() == {"missing": 0, "stale": 0, "extra": 0}
