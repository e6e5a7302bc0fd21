"""Baskets of a network lead: who lets how much wait, and nothing else."""

from datetime import UTC, datetime, time

import pytest
from flask.testing import FlaskClient

from conftest import StatementCounter
from factories.accounts import make_organization, sign_in
from factories.directory import make_service
from factories.referrals import SECRETS, Side, Town, do, make_side, send
from maillage.directory.models import OrganizationProfile
from maillage.kernel import clock, jobs
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Forbidden, NotFound
from maillage.kernel.working_days import working_days_after
from maillage.referrals import service
from maillage.referrals.baskets import queries
from maillage.referrals.baskets.queries import Basket
from maillage.referrals.baskets.service import note_call
from maillage.referrals.states import Event

PAGE = "/reseau/partenaires"


@pytest.fixture
def lead(town: Town) -> Side:
    """A lead of an umbrella body; six referrals wait at one association, an urgent one at another."""
    with transaction() as tx:
        tx.add(OrganizationProfile(org_id=town.association.org.id, phone="+33321000001"))
    first, *_ = (send(town)[0].id for _ in range(6))
    do(town, first, Event.SEEN)
    do(town, send(town)[0].id, Event.ACCEPT)
    send(town, town.other_service, urgency="emergency")
    return make_side("umbrella", "lead")


def test_who_lets_how_much_wait(lead: Side, town: Town) -> None:
    with clock.at(datetime.combine(working_days_after(clock.today(), 5), time(10), UTC)):
        service.climb_due(clock.now())
        jobs.drain()
    found = {it.org_id: it for it in queries.partners(session(), lead.actor)}
    assert {id_: (it.basket, it.pending, it.unopened, it.overdue) for id_, it in found.items()} == {
        town.association.org.id: (Basket.MANY, 6, 5, 0),
        town.other_association.org.id: (Basket.ONE, 1, 1, 1),
    }
    abroad = make_side("umbrella", "lead", country="BE")
    assert queries.partners(session(), abroad.actor) == []


def test_the_page_counts_and_tells_nothing_of_anybody(lead: Side, town: Town, client: FlaskClient) -> None:
    sign_in(client, lead.user)
    page = client.get(PAGE).text
    assert "6 en attente" in page and "5 jamais ouvertes" in page and "tel:+33321000001" in page
    for word in (*SECRETS, town.service.name, town.landlord.org.name, "Isolement", "/orientations/"):
        assert word not in page
    called = client.post(f"{PAGE}/{town.association.org.id}/appel", follow_redirects=True).text
    assert "est noté" in called and f"par {lead.user.name}" in called
    assert client.post(f"{PAGE}/{town.landlord.org.id}/appel").status_code == 404


def test_only_a_lead_notes_a_call_and_only_to_a_partner_that_lets_something_wait(lead: Side, town: Town) -> None:
    with pytest.raises(Forbidden):
        note_call(town.landlord.actor, partner_id=town.association.org.id)
    with pytest.raises(NotFound):
        note_call(lead.actor, partner_id=town.stranger.org.id)


def test_more_partners_cost_no_more_statements(
    lead: Side, town: Town, client: FlaskClient, count_statements: StatementCounter
) -> None:
    sign_in(client, lead.user)
    client.get(PAGE)
    with count_statements as counted:
        client.get(PAGE)
    few = len(counted.statements)
    for _ in range(4):
        association = make_side("association", "intake", name=make_organization().name)
        send(town, make_service(association.org))
    with count_statements as counted:
        assert client.get(PAGE).text.count("J’ai appelé") == 6
    assert len(counted.statements) - few == few <= 8, counted.statements
