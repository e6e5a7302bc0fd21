"""Three organisations and one person: each hop sees its part, the first sender sees what came of it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from factories.directory import make_service
from factories.referrals import LAST_NAME, PHONE, Town, consent, do, make_referral, make_side, stored
from maillage.kernel import audit, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.notifications.models import Notification
from maillage.referrals import queries, service
from maillage.referrals.codes import Side
from maillage.referrals.content import Details
from maillage.referrals.models import Referral
from maillage.referrals.states import Event, Fhir, State

THREAD, INSIDE, NOTE = "Canari fil du bailleur", "Canari fil du relais", "Canari bilan du relais"


def act(actor: Actor, referral_id: UUID, event: Event, **given: Any) -> service.Standing:
    return service.act(actor, referral_id=referral_id, event=event, details=Details.model_validate(given))


def child_of(referral_id: UUID) -> Referral:
    session().rollback()
    return session().scalars(select(Referral).where(Referral.parent_id == referral_id)).one()


def everything_read(actor: Actor, referral_id: UUID) -> str:
    view = queries.referral_view(session(), actor, referral_id)
    return repr((view, queries.thread(session(), actor, referral_id), queries.history(session(), actor, referral_id)))


def relayed(town: Town, **given: Any) -> tuple[UUID, UUID]:
    """A referral that the association passed on to the other one: its id and the child's."""
    parent = make_referral(town, State.IN_PROGRESS)
    do(town, parent, Event.RELAY, **given)
    return parent, child_of(parent).id


def test_from_landlord_to_association_to_local_partner_and_back(town: Town) -> None:
    first, second, third = (side.actor for side in (town.landlord, town.association, town.other_association))
    parent = make_referral(town, State.IN_PROGRESS)
    service.write(second, referral_id=parent, text=THREAD)
    do(town, parent, Event.RELAY, note=THREAD)
    child = child_of(parent).id
    assert (stored(parent).state, stored(parent).status) == (State.RELAYED, Fhir.IN_PROGRESS)

    before = queries.referral_view(session(), third, child)
    assert (before.sender.org_id, before.may_reveal, before.came_from) == (second.org_id, False, None)
    act(third, child, Event.ACCEPT, contact="Léa", estimate="sous huit jours")
    assert service.reveal(third, referral_id=child).person.last_name == LAST_NAME
    service.write(third, referral_id=child, text=INSIDE)
    (hop,) = queries.referral_view(session(), first, parent).chain
    assert (hop.org_name, hop.state, hop.opens) == (town.other_association.org.name, State.ACCEPTED, False)

    act(third, child, Event.COMPLETE, outcome="covered", note=NOTE)
    (hop,) = queries.referral_view(session(), first, parent).chain
    assert (hop.state, hop.outcome) == (State.COMPLETED, "covered")
    do(town, parent, Event.COMPLETE)
    assert stored(parent).state == State.COMPLETED

    assert THREAD not in everything_read(third, child)
    assert str(parent) not in everything_read(third, child)
    told = everything_read(first, parent)
    assert THREAD in told
    assert INSIDE not in told and NOTE not in told and "Léa" not in told
    for read in (queries.thread, queries.history, queries.referral_view):
        with pytest.raises(NotFound):
            read(session(), first, child)
        with pytest.raises(NotFound):
            read(session(), third, parent)
    assert list(audit.verify(session())) == []


def test_who_relays_is_told_and_reads_no_identity_in_what_it_passed_on(town: Town) -> None:
    _, child = relayed(town)
    jobs.drain()
    act(town.other_association.actor, child, Event.DECLINE, reason="no_capacity")
    jobs.drain()
    told = (
        session().scalars(select(Notification.email).where(Notification.about == child).order_by(Notification.at)).all()
    )
    assert told == [town.other_association.user.email, town.association.user.email]
    with pytest.raises(Forbidden):
        service.reveal(town.association.actor, referral_id=child)
    view = queries.referral_view(session(), town.association.actor, child)
    assert (view.side, view.may_reveal, view.situation_id) == (Side.SENDER, False, None)


def test_a_relay_passes_on_no_more_than_was_received(town: Town) -> None:
    parent = make_referral(town, State.ACCEPTED, sharing_level="standard")
    with pytest.raises(Invalid) as refused:
        do(town, parent, Event.RELAY, sharing_level="full")
    assert set(refused.value.fields) == {"sharing_level"}
    do(town, parent, Event.RELAY, sharing_level="minimal")
    child = child_of(parent).id
    act(town.other_association.actor, child, Event.ACCEPT, contact="Léa", estimate="demain")
    shared = service.reveal(town.other_association.actor, referral_id=child)
    assert (shared.person.last_name, shared.person.phone, shared.need) == ("", "", "")
    assert service.reveal(town.association.actor, referral_id=parent).person.phone == PHONE


@pytest.mark.parametrize("given", [{"consent": None}, {"consent": {"informed_on": "2020-01-01"}}])
def test_nothing_goes_on_without_the_persons_agreement(town: Town, given: dict[str, Any]) -> None:
    parent = make_referral(town, State.ACCEPTED, basis="legal_duty")
    with pytest.raises(Invalid) as refused:
        do(town, parent, Event.RELAY, **given)
    assert "consent.given_on" in refused.value.fields
    assert stored(parent).state == State.ACCEPTED
    assert session().scalars(select(Referral).where(Referral.parent_id == parent)).all() == []


def test_it_goes_on_to_somebody_who_does_not_have_it_yet(town: Town) -> None:
    parent, child = relayed(town)
    act(town.other_association.actor, child, Event.ACCEPT, contact="Léa", estimate="demain")
    for org in (town.landlord.org, town.association.org):
        back = make_service(org)
        with pytest.raises(Invalid) as refused:
            act(town.other_association.actor, child, Event.RELAY, service_id=back.id, consent=consent())
        assert set(refused.value.fields) == {"service_id"}
    fourth = make_side("association", "intake")
    act(town.other_association.actor, child, Event.RELAY, service_id=make_service(fourth.org).id, consent=consent())
    chain = queries.referral_view(session(), town.landlord.actor, parent).chain
    assert [hop.state for hop in chain] == [State.RELAYED, State.SENT]


def test_the_sender_redirects_with_the_same_contents_and_the_first_receiver_does_not_know_where(town: Town) -> None:
    parent = make_referral(town, State.ACCEPTED)
    with pytest.raises(Invalid):
        act(town.landlord.actor, parent, Event.REDIRECT, service_id=town.other_service.id)
    act(town.landlord.actor, parent, Event.REDIRECT, service_id=town.other_service.id, consent=consent())
    child = child_of(parent)
    assert (stored(parent).state, stored(parent).status, child.state) == ("redirected", "completed", "sent")
    assert str(town.other_service.id) not in everything_read(town.association.actor, parent)
    assert queries.referral_view(session(), town.association.actor, parent).chain == ()
    with pytest.raises(Forbidden):
        service.reveal(town.association.actor, referral_id=parent)
    act(town.other_association.actor, child.id, Event.ACCEPT, contact="Léa", estimate="demain")
    assert service.reveal(town.other_association.actor, referral_id=child.id).person.last_name == LAST_NAME


def test_the_receivers_proposal_waits_for_the_sender_and_for_the_person(town: Town) -> None:
    parent = make_referral(town, State.SEEN)
    with pytest.raises(Invalid):
        do(town, parent, Event.REDIRECT, consent=consent())
    do(town, parent, Event.REDIRECT)
    child = child_of(parent).id
    assert (stored(parent).status, stored(child).state, stored(child).card_sealed) == ("rejected", "draft", None)
    for actor in (town.association.actor, town.other_association.actor):
        with pytest.raises(NotFound):
            queries.referral_view(session(), actor, child)
    with pytest.raises(Invalid) as refused:
        act(town.landlord.actor, child, Event.SEND)
    assert set(refused.value.fields) == {"consent.informed_on", "consent.given_on"}
    assert act(town.landlord.actor, child, Event.SEND, consent=consent()).state == State.SENT
    act(town.other_association.actor, child, Event.ACCEPT, contact="Léa", estimate="demain")
    assert service.reveal(town.other_association.actor, referral_id=child).person.last_name == LAST_NAME


def test_a_relay_that_its_receiver_redirects_is_sent_by_who_relayed(town: Town) -> None:
    parent, child = relayed(town)
    fourth = make_side("association", "intake")
    act(town.other_association.actor, child, Event.REDIRECT, service_id=make_service(fourth.org).id)
    draft = child_of(child).id
    act(town.association.actor, draft, Event.SEND, consent=consent())
    assert queries.referral_view(session(), fourth.actor, draft).sender.org_id == town.association.org.id
    chain = queries.referral_view(session(), town.landlord.actor, parent).chain
    assert [hop.state for hop in chain] == [State.REDIRECTED, State.SENT]


@pytest.mark.parametrize("who", ["landlord", "association"])
def test_a_withdrawn_consent_cuts_the_whole_chain_at_once(town: Town, who: str) -> None:
    parent, child = relayed(town)
    third = town.other_association.actor
    act(third, child, Event.ACCEPT, contact="Léa", estimate="demain")
    jobs.drain()
    act(getattr(town, who).actor, parent, Event.WITHDRAW_CONSENT)
    assert [stored(it).state for it in (parent, child)] == [State.CANCELLED, State.CANCELLED]
    assert [stored(it).snapshot_sealed for it in (parent, child)] == [None, None]
    assert all(stored(it).access_ends_at is not None and stored(it).card_sealed for it in (parent, child))
    for actor, it in ((town.association.actor, parent), (third, child)):
        with pytest.raises(Forbidden):
            service.reveal(actor, referral_id=it)
    jobs.drain()
    rows = session().execute(select(Notification.about, Notification.email)).all()
    assert {(parent, town.landlord.user.email), (parent, town.association.user.email)} <= set(rows)
    assert (child, town.other_association.user.email) in rows
    assert list(audit.verify(session())) == []


def test_a_withdrawn_consent_reaches_what_had_ended(town: Town) -> None:
    parent, child = relayed(town)
    act(town.other_association.actor, child, Event.ACCEPT, contact="Léa", estimate="demain")
    act(town.other_association.actor, child, Event.COMPLETE, outcome="partly")
    do(town, parent, Event.WITHDRAW_CONSENT)
    assert (stored(child).state, stored(child).snapshot_sealed) == (State.COMPLETED, None)
    with pytest.raises(Forbidden):
        service.reveal(town.other_association.actor, referral_id=child)


def test_an_identity_that_is_closed_is_not_passed_on(town: Town) -> None:
    parent = make_referral(town, State.IN_PROGRESS)
    row = stored(parent)
    row.access_ends_at = row.sent_at
    session().commit()
    with pytest.raises(Conflict):
        do(town, parent, Event.RELAY)
