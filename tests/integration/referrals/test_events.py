"""What happens to a referral once it is sent."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from factories.referrals import DETAILS, PATHS, SENDERS, Town, do, make_referral, send, stored
from maillage.directory.models import ServiceSignal
from maillage.kernel import audit, clock, jobs
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import db, session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.outbox import OutboxJob
from maillage.referrals import queries, service
from maillage.referrals.content import Details
from maillage.referrals.models import ReferralEvent
from maillage.referrals.states import Event, State

REACHABLE = [State.DRAFT, *PATHS]
JOURNAL, REFUSED = {"audit_entry", "audit_head"}, "referral.refused"


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    session().rollback()
    return {
        table.name: sorted((tuple(row) for row in session().execute(table.select())), key=repr)
        for table in db.metadata.sorted_tables
    }


def journal() -> list[str]:
    """What was done, the refusals last."""
    return sorted(session().scalars(select(AuditEntry.action)), key=lambda action: (action == REFUSED, action))


@pytest.mark.parametrize("state", REACHABLE)
def test_an_impossible_event_changes_nothing(town: Town, state: State) -> None:
    """But the journal, which says what was tried and refused."""
    referral_id = make_referral(town, state)
    possible = queries.referral_view(session(), town.landlord.actor, referral_id).choices
    if state is not State.DRAFT:
        possible += queries.referral_view(session(), town.association.actor, referral_id).choices
    if state is State.SENT:
        possible += (Event.SEEN,)
    before, known = everything(), journal()
    refused = 0
    for event in set(Event) - set(possible) - {Event.EXPIRE}:
        with pytest.raises((Conflict, NotFound)) as met:
            do(town, referral_id, event)
        refused += met.type is Conflict
    after = everything()
    assert {name for name in after if after[name] != before[name]} == (JOURNAL if refused else set())
    assert journal() == known + [REFUSED] * refused


def test_the_other_sides_event_is_forbidden_and_a_strangers_unknown(town: Town) -> None:
    referral_id = make_referral(town)
    accept = Details.model_validate(DETAILS[Event.ACCEPT])
    with pytest.raises(Forbidden):
        service.act(town.landlord.actor, referral_id=referral_id, event=Event.ACCEPT, details=accept)
    with pytest.raises(Forbidden):
        service.act(town.association.actor, referral_id=referral_id, event=Event.CANCEL, details=Details(reason="Non"))
    with pytest.raises(Forbidden):
        service.act(town.association.actor, referral_id=referral_id, event=Event.EXPIRE)
    for stranger in (town.stranger.actor, town.other_association.actor):
        with pytest.raises(NotFound):
            service.act(stranger, referral_id=referral_id, event=Event.ACCEPT, details=accept)


def test_a_stale_version_changes_nothing(town: Town) -> None:
    referral_id = make_referral(town, State.SEEN)
    details = Details.model_validate(DETAILS[Event.ACCEPT])
    before, known = everything(), journal()
    with pytest.raises(Conflict):
        service.act(town.association.actor, referral_id=referral_id, event=Event.ACCEPT, details=details, version=2)
    after = everything()
    assert {name for name in after if after[name] != before[name]} == JOURNAL
    assert journal() == [*known, REFUSED]
    service.act(town.association.actor, referral_id=referral_id, event=Event.ACCEPT, details=details, version=3)


@pytest.mark.parametrize(
    ("state", "event", "given", "field"),
    [
        (State.SENT, Event.ASK_INFO, {}, "question"),
        (State.INFO_REQUESTED, Event.ANSWER_INFO, {"answer": "  "}, "answer"),
        (State.SENT, Event.ACCEPT, {"date": "2999-01-01"}, "contact"),
        (State.SENT, Event.ACCEPT, {"contact": "Samira", "date": "2020-01-01"}, "date"),
        (State.SENT, Event.ACCEPT, {"contact": "Samira"}, "date"),
        (State.SENT, Event.WAITLIST, {"estimate": "un mois"}, "review_on"),
        (State.SENT, Event.WAITLIST, {"estimate": "un mois", "review_on": "2020-01-01"}, "review_on"),
        (State.SENT, Event.DECLINE, {}, "reason"),
        (State.SENT, Event.DECLINE, {"reason": "pas envie"}, "reason"),
        (State.SENT, Event.DECLINE, {"reason": "other"}, "note"),
        (State.ACCEPTED, Event.START, {"date": "2999-01-01"}, "date"),
        (State.ACCEPTED, Event.START, {"outcome": "covered"}, "outcome"),
        (State.IN_PROGRESS, Event.COMPLETE, {}, "outcome"),
        (State.SENT, Event.CANCEL, {}, "reason"),
    ],
)
def test_details_are_asked_for_beside_their_field(
    town: Town, state: State, event: Event, given: dict[str, Any], field: str
) -> None:
    referral_id = make_referral(town, state)
    actor = town.landlord.actor if event in SENDERS else town.association.actor
    with pytest.raises(Invalid) as refused:
        service.act(actor, referral_id=referral_id, event=event, details=Details.model_validate(given))
    assert list(refused.value.fields) == [field]
    assert stored(referral_id).state == state


def test_a_step_leaves_its_event_its_audit_entry_and_one_notice(town: Town) -> None:
    referral_id = make_referral(town)
    jobs.drain()
    counts = [count(model) for model in (ReferralEvent, AuditEntry, OutboxJob)]
    do(town, referral_id, Event.SEEN)
    do(town, referral_id, Event.ASK_INFO)
    assert [count(model) for model in (ReferralEvent, AuditEntry, OutboxJob)] == [found + 2 for found in counts]
    assert list(audit.verify(session())) == []


@pytest.mark.parametrize("before", [State.SENT, State.SEEN, State.ACCEPTED, State.WAITLISTED])
def test_an_answer_leads_back_to_where_the_question_was_asked(town: Town, before: State) -> None:
    referral_id = make_referral(town, before)
    do(town, referral_id, Event.ASK_INFO)
    assert do(town, referral_id, Event.ANSWER_INFO).state is (State.SEEN if before is State.SENT else before)


def test_the_clock_stops_while_a_question_waits(town: Town) -> None:
    referral_id = make_referral(town)
    deadline = stored(referral_id).deadline
    assert deadline is not None
    do(town, referral_id, Event.ASK_INFO)
    with clock.at(clock.now() + timedelta(days=4)):
        do(town, referral_id, Event.ANSWER_INFO)
    assert stored(referral_id).expires_on == stored(referral_id).deadline == deadline + timedelta(days=4)


def test_a_question_has_a_deadline_of_its_own(town: Town) -> None:
    referral_id = make_referral(town, urgency="emergency")
    do(town, referral_id, Event.ASK_INFO)
    assert service.expire_due(clock.now() + timedelta(days=10)) == 0
    assert service.expire_due(clock.now() + timedelta(days=30)) == 1


def test_silence_expires_and_is_no_refusal(town: Town) -> None:
    referral_id = make_referral(town)
    answered = make_referral(town, State.ACCEPTED)
    last_day = stored(referral_id).expires_on
    assert last_day is not None
    noon = datetime.combine(last_day, datetime.min.time(), clock.now().tzinfo) + timedelta(hours=12)
    assert service.expire_due(noon) == 0
    assert service.expire_due(noon + timedelta(days=1)) == 1
    assert service.expire_due(noon + timedelta(days=1)) == 0
    row = stored(referral_id)
    assert (row.state, row.status, row.answered_at, row.decline_reason) == ("expired", "cancelled", None, None)
    assert stored(answered).state == State.ACCEPTED
    kinds = session().scalars(select(ServiceSignal.kind).order_by(ServiceSignal.at)).all()
    assert kinds == ["answered", "unanswered"]


def test_the_directory_learns_of_the_first_answer_only(town: Town) -> None:
    referral_id = make_referral(town, State.WAITLISTED)
    do(town, referral_id, Event.ACCEPT)
    gone = make_referral(town)
    do(town, gone, Event.DECLINE, reason="no_longer_offered")
    kinds = session().scalars(select(ServiceSignal.kind).order_by(ServiceSignal.at)).all()
    assert kinds == ["answered", "no_longer_offered"]


def test_a_cancellation_during_work_waits_for_the_receiver(town: Town) -> None:
    referral_id = make_referral(town, State.IN_PROGRESS)
    assert do(town, referral_id, Event.CANCEL).state is State.IN_PROGRESS
    assert stored(referral_id).cancel_requested_by == town.landlord.user.id
    with pytest.raises(Conflict):
        do(town, referral_id, Event.CANCEL)
    assert Event.CONFIRM_CANCEL in queries.referral_view(session(), town.association.actor, referral_id).choices
    assert do(town, referral_id, Event.CONFIRM_CANCEL).state is State.CANCELLED
    with pytest.raises(Forbidden):
        service.reveal(town.association.actor, referral_id=referral_id)


def test_the_first_to_accept_withdraws_the_others_who_are_not_told_why(town: Town) -> None:
    mine, theirs = send(town, town.service, town.other_service, mode="first_accepts")
    do(town, mine.id, Event.ACCEPT)
    other = town.other_association.actor
    seen = queries.referral_view(session(), other, theirs.id)
    assert (seen.state, seen.siblings, seen.terms.mode) == (State.CANCELLED, (), "each_may_act")
    step = seen.timeline[-1]
    assert (step.event, step.side, step.user_name) == (Event.CANCEL, "sender", "")
    assert "accept" not in repr(seen.timeline)
    told = queries.referral_view(session(), town.landlord.actor, theirs.id).timeline[-1].words
    assert told == {"reason": "L’orientation n’est plus d’actualité."}
    chains = session().scalars(select(AuditEntry.chain).where(AuditEntry.subject_id == theirs.id)).all()
    assert town.association.org.id not in chains


def test_each_may_act_leaves_the_others_alone(town: Town) -> None:
    mine, theirs = send(town, town.service, town.other_service, mode="each_may_act")
    do(town, mine.id, Event.ACCEPT)
    assert stored(theirs.id).state == State.SENT
    siblings = queries.referral_view(session(), town.landlord.actor, mine.id).siblings
    assert [(found.id, found.state) for found in siblings] == [(theirs.id, State.SENT)]


def test_a_wrong_recipient_sees_nothing_more_at_once(town: Town) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    do(town, referral_id, Event.ENTERED_IN_ERROR)
    seen = queries.referral_view(session(), town.association.actor, referral_id)
    assert (seen.card, seen.contact, seen.messages, seen.may_reveal) == (None, "", (), False)
    assert all(not step.words for step in seen.timeline)
    with pytest.raises(Forbidden):
        service.reveal(town.association.actor, referral_id=referral_id)
    assert service.reveal(town.landlord.actor, referral_id=referral_id).person.first_name


def test_access_ends_some_time_after_the_end(town: Town) -> None:
    referral_id = make_referral(town, State.COMPLETED)
    assert service.reveal(town.association.actor, referral_id=referral_id).person.last_name
    with clock.at(clock.now() + timedelta(days=31)), pytest.raises(Forbidden):
        service.reveal(town.association.actor, referral_id=referral_id)


def test_access_ends_with_the_consent(town: Town) -> None:
    day = clock.today()
    consent = {"informed_on": day, "given_on": day, "expires_on": day + timedelta(days=5)}
    referral_id = make_referral(town, State.ACCEPTED, consent=consent)
    with clock.at(clock.now() + timedelta(days=5)):
        assert service.reveal(town.association.actor, referral_id=referral_id)
    with clock.at(clock.now() + timedelta(days=7)), pytest.raises(Forbidden):
        service.reveal(town.association.actor, referral_id=referral_id)


def test_every_reveal_leaves_a_trace_that_both_sides_see(town: Town) -> None:
    referral_id = make_referral(town, State.SEEN)
    with pytest.raises(Forbidden):
        service.reveal(town.association.actor, referral_id=referral_id)
    do(town, referral_id, Event.ACCEPT)
    for _ in range(2):
        service.reveal(town.association.actor, referral_id=referral_id)
    seen = queries.referral_view(session(), town.landlord.actor, referral_id).reveals
    assert [(found.side, found.user_name) for found in seen] == [("receiver", town.association.user.name)] * 2


def test_opening_is_noted_once_and_only_for_those_who_answer(town: Town) -> None:
    referral_id = make_referral(town)
    assert service.open_referral(town.landlord.actor, referral_id=referral_id).state is State.SENT
    reader = town.association.colleague("referent")
    assert service.open_referral(reader, referral_id=referral_id).state is State.SENT
    assert service.open_referral(town.association.actor, referral_id=referral_id).state is State.SEEN
    service.open_referral(town.association.actor, referral_id=referral_id)
    assert stored(referral_id).version == 3


def test_a_volunteer_sees_what_is_assigned_and_nothing_else(town: Town) -> None:
    volunteer = town.association.colleague("volunteer")
    mine, not_mine = make_referral(town, State.ACCEPTED), make_referral(town, State.ACCEPTED)
    with pytest.raises(NotFound):
        service.open_referral(volunteer, referral_id=mine)
    service.assign(town.association.actor, referral_id=mine, user_id=volunteer.user_id)
    service.assign(town.association.actor, referral_id=mine, user_id=volunteer.user_id)
    seen = service.open_referral(volunteer, referral_id=mine)
    assert (seen.choices, seen.may_reveal) == ((), True)
    with pytest.raises(NotFound):
        service.open_referral(volunteer, referral_id=not_mine)
    with pytest.raises(Forbidden):
        service.write(volunteer, referral_id=mine, text="Bonjour")
    with pytest.raises(Forbidden):
        service.assign(town.landlord.actor, referral_id=mine, user_id=town.landlord.user.id)
    with pytest.raises(Invalid):
        service.assign(town.association.actor, referral_id=mine, user_id=town.landlord.user.id)


def test_the_thread_closes_with_the_referral(town: Town) -> None:
    referral_id = make_referral(town)
    service.write(town.association.actor, referral_id=referral_id, text="  Une question de plus  ")
    read = queries.thread(session(), town.landlord.actor, referral_id)
    assert [(line.side, line.text) for line in read] == [("receiver", "Une question de plus")]
    for empty in ("", "   ", "x" * 4001):
        with pytest.raises(Invalid):
            service.write(town.landlord.actor, referral_id=referral_id, text=empty)
    do(town, referral_id, Event.DECLINE)
    with pytest.raises(Conflict):
        service.write(town.landlord.actor, referral_id=referral_id, text="Trop tard")
    assert queries.thread(session(), town.association.actor, referral_id) == ()
    assert len(queries.thread(session(), town.landlord.actor, referral_id)) == 1


def count(model: type[Any]) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0
