"""The ladder of reminders, climbed with the clock: who is told when, once, and never who answered."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import make_organization, make_user, sign_in
from factories.referrals import Town, do, make_referral, make_situation, send, stored, terms
from integration.referrals.test_notices import told
from maillage.kernel import clock, jobs
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.kernel.outbox import OutboxJob
from maillage.kernel.working_days import working_days_after
from maillage.referrals import service
from maillage.referrals.codes import HoldReason, Urgency
from maillage.referrals.content import Call
from maillage.referrals.ladder import ANSWER, LADDERS, WAITS, Wait
from maillage.referrals.states import ENDED, Event, State

MONDAY = date(2026, 3, 2)


def at(day: date, hour: int = 10) -> Any:
    return clock.at(datetime.combine(day, time(hour), UTC))


def heard(day: date, hour: int = 10) -> list[tuple[str, str]]:
    """Whom the machine tells on that day."""
    with at(day, hour):
        service.climb_due(clock.now())
        return told()


def follow(days: int, first: date = MONDAY) -> dict[int, list[tuple[str, str]]]:
    """Whom it tells on each working day after the first, looking every day of the calendar; nothing on the others."""
    found: dict[int, list[tuple[str, str]]] = {}
    day, worked = first, 0
    while worked < days:
        day += timedelta(days=1)
        worked += working_days_after(day - timedelta(days=1), 1) == day
        if lines := heard(day):
            assert working_days_after(day - timedelta(days=1), 1) == day, f"told on {day}"
            found[worked] = lines
    return found


def sent(town: Town, state: State = State.SENT, **overrides: Any) -> UUID:
    with at(MONDAY):
        referral_id = make_referral(town, state, **overrides)
        told()
    return referral_id


def test_every_open_state_waits_for_something_and_every_rung_comes_after_the_one_before() -> None:
    assert set(WAITS) == set(State) - ENDED - {State.DRAFT}
    assert set(LADDERS) == set(Wait) - {Wait.ANSWER} and set(ANSWER) == set(Urgency)
    for ladder in (*ANSWER.values(), *LADDERS.values()):
        assert ladder and [rung.day for rung in ladder] == sorted({rung.day for rung in ladder})


@pytest.mark.parametrize(
    ("urgency", "second", "again", "call"),
    [("normal", 2, 5, 9), ("urgent", 1, 2, 3), ("emergency", 1, 1, 1)],
)
def test_silence_is_told_rung_by_rung(town: Town, urgency: str, second: int, again: int, call: int) -> None:
    head = make_user(town.association.org, ("org_admin",)).email
    lead = make_user(make_organization(kind="umbrella"), ("lead",)).email
    make_user(make_organization(kind="umbrella", country="BE"), ("lead",))
    intake, sender = town.association.user.email, town.landlord.user.email
    sent(town, urgency=urgency)
    expected: dict[int, list[tuple[str, str]]] = {second: [(head, "reminder.second")]}
    expected.setdefault(again, []).extend([(intake, "reminder.receiver"), (sender, "reminder.sender")])
    expected.setdefault(call, []).append((lead, "reminder.lead"))
    assert follow(12) == expected


def test_who_reads_is_no_longer_looked_for_elsewhere_but_still_owes_an_answer(town: Town) -> None:
    make_user(town.association.org, ("org_admin",))
    sent(town, State.SEEN)
    assert [(day, [kind for _, kind in lines]) for day, lines in follow(12).items()] == [
        (5, ["reminder.receiver", "reminder.sender"])
    ]


@pytest.mark.parametrize("state", [State.DECLINED, State.CANCELLED, State.REDIRECTED, State.ENTERED_IN_ERROR])
def test_what_is_over_reminds_nobody(town: Town, state: State) -> None:
    referral_id = sent(town, state)
    assert stored(referral_id).remind_on is None
    assert heard(MONDAY + timedelta(days=60)) == [] or state is State.REDIRECTED  # the next partner's has its own


def test_an_answer_between_the_rung_and_its_notice_wins(town: Town) -> None:
    referral_id = sent(town)
    with at(MONDAY + timedelta(days=7)):
        assert service.climb_due(clock.now()) == 1
        do(town, referral_id, Event.ACCEPT)
        assert [kind for _, kind in told()] == ["answered"]


def test_no_rung_is_doubled_or_lost_when_the_clock_moves_or_the_machine_was_away(town: Town) -> None:
    sent(town)
    tuesday, wednesday = (MONDAY + timedelta(days=days) for days in (1, 2))
    assert heard(tuesday, 23) == [] and heard(wednesday, 5) == []  # 6 o'clock in Paris: not before 8
    assert len(heard(wednesday, 8)) == 1
    for hour in (7, 8, 9, 1):  # set back and forward again
        assert heard(wednesday, hour) == []
    assert [kind for _, kind in heard(MONDAY + timedelta(days=11))] == ["reminder.receiver", "reminder.sender"]
    assert heard(MONDAY + timedelta(days=12)) == []
    other = sent(town)
    assert heard(MONDAY + timedelta(days=12)) == []  # a Saturday
    late = heard(MONDAY + timedelta(days=14))  # asleep since the beginning: one notice each, not one a rung
    assert sorted({kind for _, kind in late}) == ["reminder.receiver", "reminder.second", "reminder.sender"]
    assert stored(other).remind_on is None


def test_a_question_stops_the_ladder_and_reminds_who_was_asked(town: Town) -> None:
    referral_id = sent(town, State.SEEN)
    tuesday, next_tuesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=8)
    with at(tuesday):
        do(town, referral_id, Event.ASK_INFO)
        told()
    assert [kind for _, kind in heard(next_tuesday)] == ["reminder.sender"]  # five working days after the question
    with at(next_tuesday, 12):
        do(town, referral_id, Event.ANSWER_INFO)
        told()
    assert stored(referral_id).waiting_from == MONDAY + timedelta(days=7)
    assert [day for day in range(8, 20) if heard(MONDAY + timedelta(days=day))] == [14]


WAITING: dict[str, tuple[Callable[[Town], UUID], int, str]] = {
    "an appointment that nobody told of": (
        lambda town: _accepted(town, date=(MONDAY + timedelta(days=3)).isoformat()), 4, "receiver"),
    "no appointment at all": (lambda town: _accepted(town, estimate="bientôt"), 14, "receiver"),
    "a waiting list to be reviewed": (
        lambda town: _waitlisted(town, MONDAY + timedelta(days=8)), 8, "receiver"),
    "support without an outcome": (lambda town: sent(town, State.IN_PROGRESS), 91, "receiver"),
    "a partner to be called again": (lambda town: _by_phone(town, MONDAY + timedelta(days=9)), 9, "sender"),
}  # fmt: skip


@pytest.mark.parametrize("case", WAITING)
def test_what_was_agreed_on_is_asked_about(town: Town, case: str) -> None:
    make, days, whom = WAITING[case]
    make(town)
    assert heard(MONDAY + timedelta(days=days - 1)) == []
    assert [kind for _, kind in heard(MONDAY + timedelta(days=days))] == [f"reminder.{whom}"]


def _accepted(town: Town, **given: str) -> UUID:
    referral_id = sent(town)
    with at(MONDAY):
        do(town, referral_id, Event.ACCEPT, **({"estimate": ""} | given))
        told()
    return referral_id


def _waitlisted(town: Town, review_on: date) -> UUID:
    referral_id = sent(town)
    with at(MONDAY):
        do(town, referral_id, Event.WAITLIST, review_on=review_on.isoformat())
        told()
    return referral_id


def _by_phone(town: Town, review_on: date) -> UUID:
    with at(MONDAY):
        said = {"called_at": clock.now(), "spoken_to": "Accueil", "agreed": "call_back", "review_on": review_on}
        [kept] = service.note_call(
            town.landlord.actor,
            situation_id=make_situation(town.landlord.actor),
            service_ids=(town.service.id,),
            call=Call.model_validate(said),
            terms=terms(),
        )
        told()
    return kept.id


class TestHeldByHand:
    def test_the_ladder_goes_on_where_it_stood(self, town: Town) -> None:
        referral_id = sent(town, State.SEEN)
        with at(MONDAY + timedelta(days=1)):
            self._hold(town, referral_id, MONDAY + timedelta(days=8))
        assert stored(referral_id).held_reason == HoldReason.CLOSED
        assert [day for day in range(2, 21) if heard(MONDAY + timedelta(days=day))] == [14]

    def test_a_nearer_day_ends_it_sooner(self, town: Town) -> None:
        referral_id = sent(town, State.SEEN)
        before = stored(referral_id).remind_on
        with at(MONDAY + timedelta(days=1)):
            self._hold(town, referral_id, MONDAY + timedelta(days=8))
            self._hold(town, referral_id, MONDAY + timedelta(days=1))
        assert stored(referral_id).remind_on == before

    def test_what_cannot_be_held(self, town: Town) -> None:
        referral_id = sent(town)
        with at(MONDAY + timedelta(days=1)):
            for until in (None, MONDAY, MONDAY + timedelta(days=60)):
                with pytest.raises(Invalid):
                    self._hold(town, referral_id, until)
            with pytest.raises(Forbidden):
                service.hold(town.association.actor, referral_id=referral_id, until=MONDAY, reason=HoldReason.OTHER)
            do(town, referral_id, Event.ACCEPT)
            with pytest.raises(Conflict):
                self._hold(town, referral_id, MONDAY + timedelta(days=8))

    @staticmethod
    def _hold(town: Town, referral_id: UUID, until: date | None) -> None:
        service.hold(town.landlord.actor, referral_id=referral_id, until=until, reason=HoldReason.CLOSED)


def test_the_sender_sees_the_next_reminder_holds_it_and_turns_to_the_next_partner(
    town: Town, client: FlaskClient
) -> None:
    referral_id = send(town)[0].id
    sign_in(client, town.landlord.user)
    page = client.get(f"/orientations/{referral_id}")
    assert "Prochaine relance" in page.text and "Orienter vers un autre partenaire" not in page.text
    form = f"/orientations/{referral_id}/relances"
    assert "Choisissez une raison." in client.post(form, data={"until": "2999-01-01"}).text
    refused = client.post(form, data={"until": "2999-01-01", "reason": "closed"})
    assert refused.status_code == 422 and "Choisissez un jour avant le" in refused.text
    until = clock.today() + timedelta(days=3)
    assert client.post(form, data={"until": until.isoformat(), "reason": "closed"}).status_code == 303
    session().rollback()
    assert stored(referral_id).held_until == until
    with at(working_days_after(clock.today(), 12)):
        service.climb_due(clock.now())
        jobs.drain()
    late = client.get(f"/orientations/{referral_id}").text
    assert "Orienter vers un autre partenaire" in late
    going = client.post(
        f"/orientations/{referral_id}/partenaire-suivant", data={"service_id": str(town.other_service.id)}
    )
    last_look = client.get(going.location, follow_redirects=True)
    assert last_look.request.path.endswith("/verifier") and town.other_service.name in last_look.text


def test_the_job_carries_no_word(town: Town) -> None:
    sent(town)
    with at(MONDAY + timedelta(days=7)):
        service.climb_due(clock.now())
    payloads = session().scalars(select(OutboxJob.payload_ref).where(OutboxJob.kind == "referrals.reminder")).all()
    assert [sorted(payload) for payload in payloads] == [["referral_id", "tells", "wait"]]
