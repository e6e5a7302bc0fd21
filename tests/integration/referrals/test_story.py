"""Any people, any events, in any order: the product does what a small model of the design says, and shows no more."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from conftest import empty
from factories.referrals import Town, consent, details_of, make_town, send
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import db, session
from maillage.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from maillage.referrals import policy, queries, service
from maillage.referrals.codes import Side
from maillage.referrals.content import Details
from maillage.referrals.models import Referral
from maillage.referrals.queries import load
from maillage.referrals.states import Event, State

# state: event → next state, for each side. "=" stays, "<" returns to where the question was asked.
SENDER = {
    "draft": {"send": "sent", "cancel": "cancelled"},
    "sent": {"cancel": "cancelled"},
    "seen": {"cancel": "cancelled"},
    "info_requested": {"cancel": "cancelled", "answer_info": "<"},
    "accepted": {"cancel": "cancelled"},
    "waitlisted": {"cancel": "cancelled"},
    "in_progress": {"cancel": "="},
    "relayed": {"cancel": "="},
}
BEFORE_WORK = {"sent", "seen", "info_requested", "accepted", "waitlisted"}
AT_WORK = {"in_progress", "relayed"}
ANSWERS = {"accept": "accepted", "waitlist": "waitlisted", "decline": "declined", "ask_info": "info_requested"}
RECEIVER = {
    "sent": ANSWERS | {"seen": "seen"},
    "seen": ANSWERS,
    "info_requested": {name: to for name, to in ANSWERS.items() if name != "ask_info"},
    "waitlisted": {name: to for name, to in ANSWERS.items() if name != "waitlist"},
    "accepted": {name: to for name, to in ANSWERS.items() if name != "accept"}
    | {"start": "in_progress", "relay": "relayed", "complete": "completed"},
    "in_progress": {"relay": "relayed", "complete": "completed", "confirm_cancel": "cancelled"},
    "relayed": {"start": "in_progress", "relay": "relayed", "complete": "completed", "confirm_cancel": "cancelled"},
}
SENDERS_ONLY = {"send", "answer_info", "cancel", "entered_in_error"}
RECEIVERS_ONLY = {"seen", "ask_info", "accept", "waitlist", "decline", "start", "complete", "confirm_cancel", "relay"}
STORIES, STEPS, LOOKED_AT_EVERY, AT_MOST = 50, 200, 100, 12
IDENTITY = {"accepted", "in_progress", "relayed", "completed"}


class Expected:
    """One referral, as the design would have it."""

    def __init__(self) -> None:
        self.state, self.asked_from, self.cancel_asked, self.sent = "draft", "", False, False
        self.relay_open = False

    def happens(self, side: str, event: str) -> type[DomainError] | None:
        """The refusal that `event` by `side` deserves; None: it happens, and the model follows."""
        if side == "stranger" or (side == "receiver" and not self.sent):
            return NotFound
        if event in (RECEIVERS_ONLY if side == "sender" else SENDERS_ONLY) or event == "expire":
            return Forbidden
        to = self._next(side, event)
        if to is None:
            return Conflict
        if event == "ask_info":
            self.asked_from = "seen" if self.state == "sent" else self.state
        self.sent = self.sent or event == "send"
        self.cancel_asked = self.cancel_asked or to == "="
        self.state = {"=": self.state, "<": self.asked_from}.get(to, to)
        self.relay_open = self.state == "relayed" and (self.relay_open or event == "relay")
        return None

    def _next(self, side: str, event: str) -> str | None:
        if event == "entered_in_error":
            return event if self.state != event else None
        if event == "redirect":
            return "redirected" if self.state in BEFORE_WORK else None
        if event == "withdraw_consent":
            return "cancelled" if self.state in BEFORE_WORK | AT_WORK else None
        if self.state in AT_WORK and event in ("cancel", "confirm_cancel"):
            wanted = event == "confirm_cancel"
            return (RECEIVER if wanted else SENDER)[self.state][event] if self.cancel_asked == wanted else None
        if self.relay_open and event in ("start", "relay"):
            return None
        return (SENDER if side == "sender" else RECEIVER).get(self.state, {}).get(event)


class Handoffs(RuleBasedStateMachine):
    referrals: Bundle[UUID] = Bundle("referrals")
    town: Town

    @initialize()
    def settle(self) -> None:
        db.session.remove()
        self.town = make_town()
        self.expected: dict[UUID, Expected] = {}
        self.steps = 0
        self.actors: dict[str, Actor] = {
            "sender": self.town.landlord.actor,
            "receiver": self.town.association.actor,
            "stranger": self.town.stranger.actor,
        }

    @precondition(lambda self: len(self.expected) < AT_MOST)
    @rule(target=referrals)
    def prepare(self) -> UUID:
        (made,) = send(self.town, draft=True)
        self.expected[made.id] = Expected()
        return made.id

    @rule(
        referral_id=referrals,
        side=st.sampled_from(["sender", "receiver", "receiver", "stranger"]),
        event=st.sampled_from([*Event, Event.SEND, Event.SEND, Event.ACCEPT, Event.START, Event.ASK_INFO]),
    )
    def act(self, referral_id: UUID, side: str, event: Event) -> None:
        deserved = self.expected[referral_id].happens(side, event)
        details = Details.model_validate(details_of(self.town, event) | self._agreed(side, event))

        def attempt() -> Any:
            return service.act(self.actors[side], referral_id=referral_id, event=event, details=details)

        if deserved is None:
            assert attempt().state == self.expected[referral_id].state
        else:
            with pytest.raises(deserved):
                attempt()
        self._agrees(referral_id)

    @rule(referral_id=referrals)
    def the_relay_comes_to_nothing(self, referral_id: UUID) -> None:
        session().rollback()
        query = select(Referral.id).where(Referral.parent_id == referral_id, Referral.state == State.SENT)
        for child in session().scalars(query).all() if self.expected[referral_id].relay_open else ():
            refusal = Details(reason="no_capacity")
            service.act(self.town.other_association.actor, referral_id=child, event=Event.DECLINE, details=refusal)
            self.expected[referral_id].relay_open = False

    @invariant()
    def now_and_then_everything_is_looked_at(self) -> None:
        self.steps += 1
        if self.steps % LOOKED_AT_EVERY == 0:
            self._everybody_sees_what_they_may()

    def _agrees(self, referral_id: UUID) -> None:
        session().rollback()
        model, seen = self.expected[referral_id], {}
        for who in ("sender", "receiver"):
            with suppress(NotFound):
                seen[who] = load(session(), self.actors[who], referral_id)
        assert {referral.state for referral, _ in seen.values()} == {model.state}
        assert ("receiver" in seen) == model.sent
        if "receiver" in seen:
            referral, side = seen["receiver"]
            assert policy.sight(side, referral, clock.now()).identity == (model.state in IDENTITY)

    def _everybody_sees_what_they_may(self) -> None:
        sent = {line.id: line.state for line in self._box("sender", Side.SENDER) if line.id in self.expected}
        received = {line.id: line.state for line in self._box("receiver", Side.RECEIVER)}
        assert sent == {found: model.state for found, model in self.expected.items()}
        assert received == {found: model.state for found, model in self.expected.items() if model.sent}
        assert self._box("stranger", Side.RECEIVER) == []

    def teardown(self) -> None:
        self._everybody_sees_what_they_may()
        assert list(audit.verify(session())) == []

    @staticmethod
    def _agreed(side: str, event: Event) -> dict[str, Any]:
        """Only a sender says that the person agreed to another partner."""
        return {"consent": consent()} if (side, event) == ("sender", Event.REDIRECT) else {}

    def _box(self, who: str, side: Side) -> Any:
        session().rollback()
        return queries.inbox(session(), self.actors[who], box=side, limit=100).rows


def test_model_and_product_agree(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        try:
            run_state_machine_as_test(
                Handoffs,
                settings=settings(
                    max_examples=STORIES,
                    stateful_step_count=STEPS,
                    deadline=None,
                    derandomize=True,
                    phases=[Phase.generate],  # shrinking a failure of this size takes minutes and tells little
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            db.session.remove()
            empty(sqlite_app)
