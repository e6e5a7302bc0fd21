"""The table itself: whole, unambiguous, in the words of the faces, and mapped to FHIR."""

import pytest

from maillage.referrals import codes, states
from maillage.referrals.codes import Outcome
from maillage.referrals.states import ENDED, STATES, TABLE, By, Event, Fhir, State, Target, fhir_status, target

LABELS = (
    "Brouillon · Envoyée · Lue · Précision demandée · Acceptée · En liste d’attente · Déclinée · Réorientée · "
    "Accompagnement en cours · Relayée · Terminée · Annulée · Sans réponse · Envoyée par erreur"
).split(" · ")

LEADS_TO = {
    Event.SEND: {"sent"},
    Event.SEEN: {"seen"},
    Event.ASK_INFO: {"info_requested"},
    Event.ACCEPT: {"accepted"},
    Event.WAITLIST: {"waitlisted"},
    Event.DECLINE: {"declined"},
    Event.REDIRECT: {"redirected"},
    Event.START: {"in_progress"},
    Event.APPOINTMENT: {"as it is"},
    Event.RELAY: {"relayed"},
    Event.COMPLETE: {"completed"},
    Event.ADVISE: {"completed"},
    Event.TAKE_UP: {"seen"},
    Event.CANCEL: {"cancelled", "as it is"},
    Event.CONFIRM_CANCEL: {"cancelled"},
    Event.WITHDRAW_CONSENT: {"cancelled"},
    Event.ENTERED_IN_ERROR: {"entered_in_error"},
    Event.EXPIRE: {"expired"},
    Event.ANSWER_INFO: {"as before"},
}

# Whose event it is, and from where; what no page offers yet and what no person can do included.
BEGINS = """
send              sender    draft
seen              receiver  sent
ask_info          receiver  sent seen accepted waitlisted
answer_info       sender    info_requested
accept            receiver  sent seen info_requested waitlisted
waitlist          receiver  sent seen info_requested accepted
decline           receiver  sent seen info_requested accepted waitlisted
redirect          either    sent seen info_requested accepted waitlisted
start             receiver  accepted relayed
appointment       receiver  accepted in_progress relayed
relay             receiver  accepted in_progress relayed
complete          receiver  accepted in_progress relayed
advise            receiver  sent seen info_requested
take_up           receiver  accepted waitlisted in_progress declined
cancel            sender    draft sent seen info_requested accepted waitlisted in_progress relayed
confirm_cancel    receiver  in_progress relayed
withdraw_consent  either    sent seen info_requested accepted waitlisted in_progress relayed
expire            system    sent seen info_requested
"""


def test_every_event_begins_where_the_design_says() -> None:
    found: dict[str, set[str]] = {}
    for row in TABLE:
        found.setdefault(f"{row.event} {row.by}", set()).update(row.froms)
    expected = {f"{event} {by}": set(froms) for event, by, *froms in map(str.split, BEGINS.strip().splitlines())}
    expected["entered_in_error sender"] = set(State) - {"entered_in_error"}
    assert found == expected


def test_states_are_worded_as_people_know_them() -> None:
    assert [row.label for row in STATES.values()] == LABELS


def test_every_event_leads_where_the_design_says() -> None:
    words = {Target.UNCHANGED: "as it is", Target.RESUMED: "as before"}
    found: dict[Event, set[str]] = {}
    for row in TABLE:
        found.setdefault(row.event, set()).add(words[row.to] if isinstance(row.to, Target) else str(row.to))
    assert found == LEADS_TO


def test_no_state_has_two_rows_for_one_event() -> None:
    cells = [(row.event, state) for row in TABLE for state in row.froms]
    assert len(cells) == len(set(cells))


def test_from_an_end_only_an_error_can_be_told_and_what_was_noted_by_phone_corrected() -> None:
    leaving = {row.event: row.froms & ENDED for row in TABLE if row.froms & ENDED}
    assert leaving.pop(Event.ENTERED_IN_ERROR) and leaving == {Event.TAKE_UP: {State.DECLINED}}


def test_every_state_can_be_reached_and_every_open_one_left() -> None:
    reached = {row.to for row in TABLE if isinstance(row.to, State)}
    assert reached == set(State) - {State.DRAFT}
    for state in set(State) - ENDED:
        assert any(state in row.froms and row.to in ENDED for row in TABLE)


def test_only_the_platform_lets_expire() -> None:
    assert {row.event for row in TABLE if row.by is By.SYSTEM} == {Event.EXPIRE}


@pytest.mark.parametrize("resume", [State.SEEN, State.ACCEPTED, State.WAITLISTED])
def test_an_answer_returns_to_where_the_question_came_from(resume: State) -> None:
    row = states.transition(Event.ANSWER_INFO, State.INFO_REQUESTED)
    assert row is not None
    assert target(row, State.INFO_REQUESTED, resume) is resume


@pytest.mark.parametrize(("accepted", "status"), [(False, Fhir.REJECTED), (True, Fhir.COMPLETED)])
def test_what_was_accepted_before_it_went_elsewhere_is_no_refusal(accepted: bool, status: Fhir) -> None:
    assert fhir_status(State.REDIRECTED, accepted=accepted) is status


@pytest.mark.parametrize(
    ("state", "resume", "outcome", "status"),
    [
        (State.INFO_REQUESTED, State.SEEN, None, Fhir.REQUESTED),
        (State.INFO_REQUESTED, State.ACCEPTED, None, Fhir.ON_HOLD),
        (State.INFO_REQUESTED, State.WAITLISTED, None, Fhir.ON_HOLD),
        (State.COMPLETED, None, Outcome.COVERED, Fhir.COMPLETED),
        (State.COMPLETED, None, Outcome.PARTLY, Fhir.COMPLETED),
        (State.COMPLETED, None, Outcome.NO_LONGER_WANTED, Fhir.COMPLETED),
        (State.COMPLETED, None, Outcome.NOT_COVERED, Fhir.FAILED),
        (State.COMPLETED, None, Outcome.UNREACHABLE, Fhir.FAILED),
        (State.EXPIRED, None, None, Fhir.CANCELLED),
        (State.RELAYED, None, None, Fhir.IN_PROGRESS),
        (State.ENTERED_IN_ERROR, None, None, Fhir.ENTERED_IN_ERROR),
    ],
)
def test_fhir_status(state: State, resume: State | None, outcome: Outcome | None, status: Fhir) -> None:
    assert fhir_status(state, resume=resume, outcome=outcome) is status


def test_every_code_has_words() -> None:
    for kind, labels in codes.LABELS.items():
        assert set(labels) == set(kind)
        assert all(labels.values())
    assert set(states.EVENT_LABELS) == set(Event)


NEEDS = """
ask_info        question
answer_info     answer
accept          contact date|estimate
decline         reason
redirect        service_id
relay           service_id
waitlist        estimate review_on
complete        outcome
appointment     meeting date
cancel          reason
advise          answer
"""


def test_every_event_asks_for_what_the_design_says() -> None:
    expected = {event: tuple(needs) for event, *needs in map(str.split, NEEDS.strip().splitlines())}
    for row in TABLE:
        assert row.needs == expected.get(row.event, ()), row.event


HEARD = {
    "accept": "called_at spoken_to contact date|estimate / note review_on",
    "waitlist": "called_at spoken_to estimate review_on / reason note",
    "decline": "called_at spoken_to reason / note",
    "start": "called_at spoken_to / date note review_on",
    "complete": "called_at spoken_to outcome / intensity note",
    "confirm_cancel": "called_at spoken_to / note",
    "send": "called_at spoken_to / consent answers review_on",
}


@pytest.mark.parametrize("event", HEARD)
def test_what_is_noted_says_when_with_whom_and_when_to_ask_again(event: str) -> None:
    assert states.HEARD | {Event.SEND} == set(HEARD)
    for row in (row for row in TABLE if row.event == event):
        noted = states.heard(row)
        assert f"{' '.join(noted.needs)} / {' '.join(noted.takes)}" == HEARD[event]
        assert (noted.froms, noted.to, noted.asked) == (row.froms, row.to, row.asked)


def test_of_somebody_who_agreed_to_nothing_only_codes_and_dates_are_told() -> None:
    takes = {row.event: states.wordless(row).takes for row in TABLE if states.wordless(row) != row}
    assert takes.pop(Event.COMPLETE) == takes.pop(Event.ACCEPT) == ()
    assert not any(name in {"note", "intensity"} for row in TABLE for name in states.wordless(row).takes)
    assert states.wordless(TABLE[0]) == TABLE[0] and takes


@pytest.mark.parametrize("state", State)
def test_what_ended_waits_for_nobody(state: State) -> None:
    over = {"declined", "redirected", "completed", "cancelled", "expired", "entered_in_error"}
    assert STATES[state].ended == (state in ENDED) == (state in over)


@pytest.mark.parametrize("state", State)
def test_only_three_states_say_more_than_their_own_status(state: State) -> None:
    own = STATES[state].fhir
    found = {
        fhir_status(state, resume=resume, outcome=outcome, accepted=accepted)
        for resume in (None, State.ACCEPTED)
        for outcome in (None, Outcome.UNREACHABLE)
        for accepted in (False, True)
    }
    more = {State.REDIRECTED: Fhir.COMPLETED, State.INFO_REQUESTED: Fhir.ON_HOLD, State.COMPLETED: Fhir.FAILED}
    assert found == {own, more.get(state, own)}


def test_where_an_event_leads_from_a_state() -> None:
    asked = states.transition(Event.CANCEL, State.RELAYED)
    answered = states.transition(Event.ANSWER_INFO, State.INFO_REQUESTED)
    accepted = states.transition(Event.ACCEPT, State.SENT)
    assert asked is not None and answered is not None and accepted is not None
    assert target(asked, State.RELAYED, State.SENT) is State.RELAYED
    assert target(answered, State.INFO_REQUESTED, None) is State.SEEN
    assert target(accepted, State.SENT, State.WAITLISTED) is State.ACCEPTED
