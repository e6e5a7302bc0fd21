"""How a chain ends: a relay that comes to nothing, a wrong recipient who had passed it on, a cancellation confirmed."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from factories.directory import make_service
from factories.pages import Visitor, readable
from factories.referrals import Town, consent, do, make_referral, make_side, stored
from maillage.kernel import audit, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict
from maillage.notifications.models import Notification
from maillage.referrals import queries, service
from maillage.referrals.content import Details
from maillage.referrals.models import Referral
from maillage.referrals.states import Event, State

ACCEPTING = {"contact": "Léa", "estimate": "demain"}


def act(actor: Actor, referral_id: UUID, event: Event, **given: Any) -> service.Standing:
    return service.act(actor, referral_id=referral_id, event=event, details=Details.model_validate(given))


def children(referral_id: UUID) -> list[UUID]:
    session().rollback()
    query = select(Referral.id).where(Referral.parent_id == referral_id).order_by(Referral.id)
    return list(session().scalars(query))


def relayed(town: Town) -> tuple[UUID, UUID]:
    parent = make_referral(town, State.IN_PROGRESS)
    do(town, parent, Event.RELAY)
    return parent, children(parent)[0]


def choices(town: Town, referral_id: UUID) -> set[Event]:
    return set(queries.referral_view(session(), town.association.actor, referral_id).choices)


@pytest.mark.parametrize("again", [Event.START, Event.RELAY])
def test_a_relay_that_came_to_nothing_is_taken_up_or_passed_on_again(town: Town, again: Event) -> None:
    parent, child = relayed(town)
    began = stored(parent).first_contact_on
    assert choices(town, parent).isdisjoint({Event.START, Event.RELAY})
    with pytest.raises(Conflict, match="encore en cours"):
        do(town, parent, again)
    assert queries.frame(session(), town.association.actor).todo == 0
    act(town.other_association.actor, child, Event.DECLINE, reason="no_capacity")
    assert {Event.START, Event.RELAY} <= choices(town, parent)
    assert queries.frame(session(), town.association.actor).todo == 1
    do(town, parent, again)
    row = stored(parent)
    assert row.state == (State.IN_PROGRESS if again is Event.START else State.RELAYED)
    assert row.first_contact_on == began
    assert len(children(parent)) == (1 if again is Event.START else 2)
    if again is Event.RELAY:
        (_, latest) = queries.referral_view(session(), town.landlord.actor, parent).chain
        assert latest.state is State.SENT


def test_the_pages_say_that_the_relay_came_to_nothing(town: Town, sender: Visitor, receiver: Visitor) -> None:
    parent, child = relayed(town)
    act(town.other_association.actor, child, Event.DECLINE, reason="no_capacity")
    assert "Ce relais n’a pas abouti" in readable(receiver.get(f"/orientations/{parent}"))
    assert "cherche une autre suite" in readable(sender.get(f"/orientations/{parent}"))
    assert "vous reprenez l’accompagnement" in receiver.get(f"/orientations/{parent}/commencer")
    receiver.go(f"/orientations/{parent}/commencer")
    assert "accompagne la personne depuis" in readable(sender.get(f"/orientations/{parent}"))


def test_a_wrong_recipient_takes_what_it_passed_on_with_it(town: Town, app: Flask) -> None:
    parent, child = relayed(town)
    third = town.other_association.actor
    act(third, child, Event.ACCEPT, **ACCEPTING)
    fourth = make_side("association", "intake")
    act(third, child, Event.RELAY, service_id=make_service(fourth.org).id, consent=consent())
    (grandchild,) = children(child)
    jobs.drain()
    do(town, parent, Event.ENTERED_IN_ERROR)
    assert {stored(it).state for it in (parent, child, grandchild)} == {State.ENTERED_IN_ERROR}
    wrong = town.association.actor
    for actor, it in ((third, child), (fourth.actor, grandchild), (wrong, child), (third, grandchild)):
        view = queries.referral_view(session(), actor, it)
        assert (view.card, view.may_reveal, view.messages) == (None, False, ())
    Visitor(app, town.association).get(f"/orientations/{child}")
    jobs.drain()
    told = set(session().execute(select(Notification.about, Notification.email)).all())
    assert {(child, town.other_association.user.email), (grandchild, fourth.user.email)} <= told
    assert list(audit.verify(session())) == []


def test_what_the_sender_sent_elsewhere_outlives_the_wrong_recipient(town: Town) -> None:
    """The first receiver was the wrong one; the one it was then redirected to is the right one."""
    parent = make_referral(town, State.SEEN)
    act(town.landlord.actor, parent, Event.REDIRECT, service_id=town.other_service.id, consent=consent())
    do(town, parent, Event.ENTERED_IN_ERROR)
    assert [stored(it).state for it in children(parent)] == [State.SENT]


@pytest.mark.parametrize(
    ("events", "ends", "asked"),
    [((), State.CANCELLED, False), ((Event.ACCEPT,), State.CANCELLED, False),
     ((Event.ACCEPT, Event.START), State.IN_PROGRESS, True), ((Event.DECLINE,), State.DECLINED, False)],
)  # fmt: skip
def test_a_confirmed_cancellation_reaches_the_relay(
    town: Town, events: tuple[Event, ...], ends: State, asked: bool
) -> None:
    parent, child = relayed(town)
    given: dict[Event, dict[str, str]] = {Event.ACCEPT: ACCEPTING, Event.DECLINE: {"reason": "no_capacity"}}
    for event in events:
        act(town.other_association.actor, child, event, **given.get(event, {}))
    do(town, parent, Event.CANCEL)
    do(town, parent, Event.CONFIRM_CANCEL)
    assert stored(parent).state == State.CANCELLED
    row = stored(child)
    assert (row.state, row.cancel_requested_at is not None) == (ends, asked)
    if asked:
        act(town.other_association.actor, child, Event.CONFIRM_CANCEL)
        assert stored(child).state == State.CANCELLED
