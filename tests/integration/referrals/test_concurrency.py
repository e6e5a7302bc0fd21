"""Many people, one referral: one wins, the others are told that it has moved on, nothing is half done."""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from factories.accounts import make_organization
from factories.directory import make_service
from factories.referrals import consent, do, make_referral, make_situation, make_town, send, stored, terms
from maillage.kernel import audit, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict
from maillage.kernel.idempotency import IdempotencyKey
from maillage.notifications.models import Notification
from maillage.referrals import service
from maillage.referrals.content import Details
from maillage.referrals.models import Referral, ReferralEvent
from maillage.referrals.states import ENDED, Event, State

AT_ONCE = 50


def together(app: Flask, *deeds: Callable[[], object]) -> Counter[str]:
    """Do everything at the same moment; how it ended, by kind."""
    start = threading.Barrier(len(deeds))
    ended: list[str] = []

    def run(deed: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                deed()
            except Exception as error:
                ended.append(type(error).__name__)
            else:
                ended.append("done")

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ended)


def accept(actor: Actor, referral_id: UUID) -> Callable[[], object]:
    details = Details(contact="Samira", estimate="huit jours")
    return lambda: service.act(actor, referral_id=referral_id, event=Event.ACCEPT, details=details)


def steps(referral_id: UUID, event: Event) -> int:
    query = select(func.count()).where(ReferralEvent.referral_id == referral_id, ReferralEvent.event == event)
    return session().scalar(query) or 0


def test_fifty_accept_at_once_and_one_has_it(app: Flask) -> None:
    town = make_town()
    referral_id = make_referral(town)
    ended = together(app, *[accept(town.association.actor, referral_id)] * AT_ONCE)
    assert ended == {"done": 1, Conflict.__name__: AT_ONCE - 1}
    assert stored(referral_id).state == State.ACCEPTED
    assert steps(referral_id, Event.ACCEPT) == 1
    jobs.drain()
    told = select(Notification.kind).where(Notification.user_id == town.landlord.user.id)
    assert session().scalars(told).all() == ["referral.answered"]
    assert list(audit.verify(session())) == []


def test_two_partners_accept_at_once_and_only_the_first_has_it(app: Flask) -> None:
    town = make_town()
    for _ in range(5):
        mine, theirs = send(town, town.service, town.other_service, mode="first_accepts")
        ended = together(app, accept(town.association.actor, mine.id), accept(town.other_association.actor, theirs.id))
        assert ended == {"done": 1, Conflict.__name__: 1}
        assert sorted((stored(mine.id).state, stored(theirs.id).state)) == ["accepted", "cancelled"]
    assert list(audit.verify(session())) == []


def test_an_acceptance_and_a_redirect_at_once_leave_one_partner(app: Flask) -> None:
    """Whoever is first: a partner accepts, or another one is chosen, and never both stay open."""
    town = make_town()
    third = make_service(make_organization())
    for _ in range(8):
        mine, theirs = send(town, town.service, town.other_service, mode="first_accepts")
        elsewhere = Details.model_validate({"service_id": third.id, "consent": consent()})
        redirect = partial(
            service.act, town.landlord.actor, referral_id=theirs.id, event=Event.REDIRECT, details=elsewhere
        )
        together(app, accept(town.association.actor, mine.id), redirect)
        session().rollback()
        batch = select(Referral.state).where(Referral.batch_id == stored(mine.id).batch_id)
        still_open = set(session().scalars(batch)) - ENDED
        assert still_open == {State.ACCEPTED}
    assert list(audit.verify(session())) == []


def test_accept_decline_cancel_and_expiry_at_once_leave_one_story(app: Flask) -> None:
    town = make_town()
    for _ in range(5):
        referral_id = make_referral(town)
        ended = together(
            app,
            accept(town.association.actor, referral_id),
            *[partial(do, town, referral_id, event) for event in (Event.DECLINE, Event.CANCEL, Event.SEEN)],
        )
        assert set(ended) <= {"done", Conflict.__name__}
        row = stored(referral_id)
        told = select(ReferralEvent).where(ReferralEvent.referral_id == referral_id).order_by(ReferralEvent.seq)
        story = session().scalars(told).all()
        assert [step.seq for step in story] == list(range(2, row.version + 1))
        assert all(later.from_state == earlier.to_state for earlier, later in pairwise(story))
        assert story[-1].to_state == row.state


def test_a_draft_sent_twice_at_once_leaves_once(app: Flask) -> None:
    town = make_town()
    referral_id = make_referral(town, State.DRAFT)
    ended = together(app, *[partial(do, town, referral_id, Event.SEND)] * 8)
    assert ended == {"done": 1, Conflict.__name__: 7}
    assert steps(referral_id, Event.SEND) == 1


def test_one_request_sent_many_times_at_once_is_done_once_and_answered_alike(app: Flask) -> None:
    """A client that retries before it was answered must hear what happened, not that somebody was faster."""
    town = make_town()
    sender = town.landlord.actor
    situation_id, service_id = make_situation(sender), town.service.id
    key = IdempotencyKey.of(sender, "once", "POST", "/api/v1/referrals", b"{}")
    told: list[object] = []

    def refer() -> None:
        made = service.refer(
            sender, situation_id=situation_id, service_ids=[service_id], terms=terms(), idempotency=key
        )
        told.extend(made)

    assert together(app, *[refer] * 10) == {"done": 10}
    assert len(told) == 10 and len(set(map(str, told))) == 1
    session().rollback()
    assert session().scalar(select(func.count()).where(Referral.situation_id == situation_id)) == 1
