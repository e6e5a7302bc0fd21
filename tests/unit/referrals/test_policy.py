"""Who may do what: every role, on every side, in every state, for every event, against a table written by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from maillage.accounts.roles import ROLES
from maillage.kernel.actor import Actor, Channel, Reads
from maillage.kernel.errors import Conflict, Forbidden, NotFound
from maillage.referrals import policy
from maillage.referrals.codes import Kind, Side, Voice
from maillage.referrals.models import Referral, Situation
from maillage.referrals.policy import Extent, Reach
from maillage.referrals.states import Event, State

LANDLORD, ASSOCIATION, STRANGER = UUID(int=1), UUID(int=2), UUID(int=3)
ME, COLLEAGUE = UUID(int=11), UUID(int=12)
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)

# What each side may do in each state, in the words of the design. "c" is a cancellation that was not asked for yet,
# "C" one that waits for the receiver's confirmation.
BOTH = "redirect withdraw_consent"
EXPECTED = """
state             | sender | receiver
draft             | send cancel entered_in_error |
sent              | cancel both entered_in_error | seen ask_info waitlist decline both accept
seen              | cancel both entered_in_error | ask_info waitlist decline both accept
info_requested    | answer_info cancel both entered_in_error | accept waitlist decline both
accepted          | cancel both entered_in_error | ask_info waitlist decline both start appointment relay complete
waitlisted        | cancel both entered_in_error | ask_info accept decline both
declined          | entered_in_error |
redirected        | entered_in_error |
in_progress       | cancel withdraw_consent entered_in_error | appointment relay complete withdraw_consent
in_progress+asked | withdraw_consent entered_in_error | appointment relay complete confirm_cancel withdraw_consent
relayed           | cancel withdraw_consent entered_in_error | start appointment relay complete withdraw_consent
relayed+asked     | withdraw_consent entered_in_error | start appointment relay complete confirm_cancel withdraw_consent
completed         | entered_in_error |
cancelled         | entered_in_error |
expired           | entered_in_error |
entered_in_error  | |
"""

# What each role makes of a member: sends and answers for the house (acts), sees all of it, only their own, nothing.
ROLE_AS_SENDER = {
    "referent": ("acts", "all"),
    "supervisor": ("acts", "all"),
    "colleague": ("acts", "own"),
    "intake": ("acts", "all"),
    "access_desk": ("", "none"),
    "volunteer": ("", "none"),
    "lead": ("", "none"),
    "coordinator": ("", "none"),
    "cell_chair": ("", "none"),
    "org_admin": ("", "none"),
    "platform_admin": ("", "none"),
}
ROLE_AS_RECEIVER = {
    "referent": ("", "all"),
    "supervisor": ("", "all"),
    "colleague": ("", "own"),
    "intake": ("acts", "all"),
    "access_desk": ("acts", "all"),
    "volunteer": ("", "own"),
    "lead": ("", "none"),
    "coordinator": ("", "none"),
    "cell_chair": ("", "none"),
    "org_admin": ("", "none"),
    "platform_admin": ("", "none"),
}
SENDERS_EVENTS = {Event.SEND, Event.ANSWER_INFO, Event.CANCEL, Event.ENTERED_IN_ERROR}
EITHER = {Event.REDIRECT, Event.WITHDRAW_CONSENT}
RECEIVERS_EVENTS = set(Event) - SENDERS_EVENTS - EITHER - {Event.EXPIRE}
HIDDEN_FROM_RECEIVER = {"draft"}


def rows() -> list[tuple[str, set[str], set[str]]]:
    found = []
    for line in EXPECTED.strip().splitlines()[1:]:
        head, sender, receiver = (part.split() for part in line.replace("both", BOTH).split("|"))
        found.append((head[0], set(sender), set(receiver)))
    return found


def member(role: str, org_id: UUID) -> Actor:
    permissions = ROLES[role].permissions
    return Actor(user_id=ME, org_id=org_id, roles=frozenset({role}), permissions=permissions, org_vetted=True)


def referral(
    state: str, *, sent_by: UUID = COLLEAGUE, kind: Kind = Kind.REFERRAL, voice: Voice = Voice.OWN
) -> Referral:
    name, _, asked = state.partition("+")
    return Referral(
        state=name,
        kind=kind,
        voice=voice,
        sender_org_id=LANDLORD,
        sender_user_id=sent_by,
        receiver_org_id=ASSOCIATION,
        sent_at=None if name == "draft" else NOW,
        cancel_requested_at=NOW if asked else None,
        relayed=False,
    )


def outcome(actor: Actor, row: Referral, event: Event, *, mine: bool) -> str:
    """What happens to this actor, as a caller of the API would see it."""
    side = policy.side_of(actor, row, known=mine)
    try:
        policy.decide(actor, side, row, event)
    except NotFound:
        return "404"
    except Forbidden:
        return "403"
    except Conflict:
        return "409"
    return "done"


def expected(
    means: tuple[str, str], mine: bool, hidden: bool, others: set[Event], event: Event, open_to: set[str]
) -> str:
    acts, extent = means
    if hidden or extent == "none" or (extent == "own" and not mine):
        return "404"
    if not acts or event in others:
        return "403"
    return "done" if event in open_to else "409"


@pytest.mark.parametrize(("state", "sender", "receiver"), rows(), ids=[row[0] for row in rows()])
def test_every_cell(state: str, sender: set[str], receiver: set[str]) -> None:
    for role, event, mine in product(ROLES, Event, (True, False)):
        row = referral(state, sent_by=ME if mine else COLLEAGUE)
        at_landlord = expected(ROLE_AS_SENDER[role], mine, False, RECEIVERS_EVENTS | {Event.EXPIRE}, event, sender)
        assert outcome(member(role, LANDLORD), row, event, mine=mine) == at_landlord, (role, event, "sender")
        hidden = state in HIDDEN_FROM_RECEIVER
        at_association = expected(
            ROLE_AS_RECEIVER[role], mine, hidden, SENDERS_EVENTS | {Event.EXPIRE}, event, receiver
        )
        assert outcome(member(role, ASSOCIATION), row, event, mine=mine) == at_association, (role, event, "receiver")
        assert outcome(member(role, STRANGER), row, event, mine=mine) == "404"


def test_the_expectation_covers_every_state_and_role() -> None:
    assert {row[0].partition("+")[0] for row in rows()} == set(State)
    assert set(ROLE_AS_SENDER) == set(ROLE_AS_RECEIVER) == set(ROLES)


def test_nobody_acts_without_an_organisation() -> None:
    nobody = Actor(user_id=ME, org_id=None, permissions=frozenset().union(*(row.permissions for row in ROLES.values())))
    assert {outcome(nobody, referral(state), event, mine=True) for state in State for event in Event} == {"404"}


@pytest.mark.parametrize("reads", [Reads.OWN, Reads.TEAM])
@pytest.mark.parametrize(
    ("role", "sent", "received"),
    [
        ("referent", Extent.KNOWN, Extent.KNOWN),
        ("intake", Extent.KNOWN, Extent.KNOWN),
        ("colleague", Extent.MINE, Extent.MINE),
        ("volunteer", Extent.NONE, Extent.MINE),
        ("org_admin", Extent.NONE, Extent.NONE),
    ],
)
def test_the_rule_of_the_organisation_narrows_and_never_widens(
    reads: Reads, role: str, sent: Extent, received: Extent
) -> None:
    actor = replace(member(role, LANDLORD), reads=reads)
    assert policy.reach(actor) == Reach(sent, received)
    for known, sent_by in product((True, False), (ME, COLLEAGUE)):
        side = policy.side_of(actor, referral("sent", sent_by=sent_by), known=known)
        near = sent is not Extent.NONE and (known or sent_by == ME)
        assert side == (Side.SENDER if near else None)
        at_association = policy.side_of(replace(actor, org_id=ASSOCIATION), referral("sent"), known=known)
        assert at_association == (Side.RECEIVER if received is not Extent.NONE and known else None)


@pytest.mark.parametrize(
    ("roles", "kind", "route", "reads"),
    [
        ("access_desk", "landlord", "acces", True),
        ("access_desk", "landlord", "maintien", False),
        ("access_desk", "landlord", None, False),
        ("access_desk intake", "landlord", "maintien", True),
        ("access_desk referent", "landlord", "maintien", True),
        ("intake", "landlord", "maintien", True),
        ("volunteer", "landlord", "maintien", True),
        ("access_desk", "association", "maintien", True),
    ],
)
def test_who_answers_to_those_who_enter_reads_no_support(roles: str, kind: str, route: str | None, reads: bool) -> None:
    permissions = frozenset().union(*(ROLES[role].permissions for role in roles.split()))
    actor = replace(member("volunteer", ASSOCIATION), permissions=permissions, org_kind=kind)
    row = referral("completed")
    row.route = route
    assert (policy.side_of(actor, row, known=True) is Side.RECEIVER) == reads
    row.id = UUID(int=5)
    assert policy.side_of(replace(actor, only=row.id), row, known=True) is Side.RECEIVER


def test_who_reads_the_house_or_answers_for_it_may_break_the_glass() -> None:
    able = {role for role in ROLES if policy.may_break_glass(member(role, LANDLORD))}
    assert able == {"referent", "supervisor", "intake", "access_desk"}
    only_answers = replace(member("intake", LANDLORD), permissions=frozenset({policy.ANSWER}))
    only_reads = replace(only_answers, permissions=frozenset({policy.READ_ORGANIZATION}))
    assert policy.may_break_glass(only_answers) and policy.may_break_glass(only_reads)
    assert not policy.may_break_glass(replace(only_answers, user_id=None))


def test_a_vault_opens_for_no_program_and_no_link() -> None:
    somebody = member("intake", ASSOCIATION)
    able = {channel for channel in Channel if policy.may_open_vaults(replace(somebody, channel=channel))}
    assert able == set(Channel) - {Channel.API, Channel.LINK}


@pytest.mark.parametrize("state", ["cancelled", "entered_in_error"])
def test_what_was_given_up_before_sending_never_existed_for_its_receiver(state: str) -> None:
    row = referral(state)
    row.sent_at = None
    assert policy.side_of(member("intake", ASSOCIATION), row) is None


SHOWN = {
    "draft": "",
    "entered_in_error": "",
    "sent": "card words",
    "seen": "card words",
    "info_requested": "card words",
    "waitlisted": "card words",
    "accepted": "card words identity",
    "in_progress": "card words identity",
    "relayed": "card words identity",
    "completed": "card words identity",
    "declined": "card",
    "redirected": "card",
    "cancelled": "card",
    "expired": "card",
}


@pytest.mark.parametrize("state", State)
def test_what_each_side_sees_of_the_person(state: State) -> None:
    row = referral(state)
    seen = policy.sight(Side.RECEIVER, row, NOW)
    parts = {name for name in ("card", "words", "identity") if getattr(seen, name)}
    assert parts == set(SHOWN[state].split())
    everything = policy.sight(Side.SENDER, row, NOW)
    assert everything.card and everything.identity and everything.words


ADVICE = """
draft          | send cancel entered_in_error |
sent           | cancel entered_in_error | seen ask_info advise decline
seen           | cancel entered_in_error | ask_info advise decline
info_requested | answer_info cancel entered_in_error | advise decline
completed      | entered_in_error |
declined       | entered_in_error |
"""


# What its sender notes after calls, and what is left to a receiver that did not answer itself.
NOTED = """
draft             | send cancel entered_in_error |
sent              | accept waitlist decline cancel both entered_in_error | seen ask_info waitlist decline both accept
seen              | accept waitlist decline cancel both entered_in_error | ask_info waitlist decline both accept
accepted          | start complete waitlist decline cancel both entered_in_error | take_up withdraw_consent
waitlisted        | accept decline cancel both entered_in_error | take_up withdraw_consent
in_progress       | complete cancel withdraw_consent entered_in_error | take_up withdraw_consent
in_progress+asked | complete confirm_cancel withdraw_consent entered_in_error | take_up withdraw_consent
declined          | entered_in_error | take_up
completed         | entered_in_error |
expired           | entered_in_error |
"""


# Somebody who has agreed to nothing: met, or left alone.
OUTREACH = """
draft      | send cancel entered_in_error |
sent       | cancel withdraw_consent entered_in_error | seen accept decline withdraw_consent
seen       | cancel withdraw_consent entered_in_error | accept decline withdraw_consent
accepted   | cancel withdraw_consent entered_in_error | decline complete withdraw_consent
completed  | entered_in_error |
declined   | entered_in_error |
expired    | entered_in_error |
"""


def check_cells(line: str, **made: Any) -> None:
    state, sender, receiver = (part.split() for part in line.replace("both", BOTH).split("|"))
    row = referral(state[0], **made)
    for actor, side, does in (
        (member("referent", LANDLORD), Side.SENDER, sender),
        (member("intake", ASSOCIATION), Side.RECEIVER, receiver),
    ):
        assert {event for event in Event if policy.may(actor, side, row, event)} == set(does), side


@pytest.mark.parametrize("line", ADVICE.strip().splitlines())
def test_what_each_side_does_with_a_question(line: str) -> None:
    check_cells(line, kind=Kind.ADVICE)


@pytest.mark.parametrize("line", OUTREACH.strip().splitlines())
def test_what_each_side_does_before_a_person_agreed(line: str) -> None:
    check_cells(line, kind=Kind.OUTREACH)


def test_before_a_person_agreed_nobody_writes_of_them() -> None:
    row = referral("accepted", kind=Kind.OUTREACH)
    assert not policy.may_write(member("intake", ASSOCIATION), Side.RECEIVER, row, NOW)
    assert policy.decide(member("intake", ASSOCIATION), Side.RECEIVER, row, Event.COMPLETE).takes == ()
    ordinary = policy.decide(member("intake", ASSOCIATION), Side.RECEIVER, referral("accepted"), Event.COMPLETE)
    assert ordinary.takes == ("intensity", "note")
    policy.ensure_agreed(Situation())
    with pytest.raises(Conflict):
        policy.ensure_agreed(Situation(outreach_until=NOW.date()))


@pytest.mark.parametrize("line", NOTED.strip().splitlines())
def test_what_each_side_does_with_what_is_noted_after_a_call(line: str) -> None:
    check_cells(line, voice=Voice.NOTED)


def test_what_is_noted_asks_for_the_call_and_nobody_else_notes() -> None:
    row = referral("seen", voice=Voice.NOTED)
    noted = policy.decide(member("referent", LANDLORD), Side.SENDER, row, Event.ACCEPT)
    own = policy.decide(member("intake", ASSOCIATION), Side.RECEIVER, row, Event.ACCEPT)
    cancelled = policy.decide(member("referent", LANDLORD), Side.SENDER, row, Event.CANCEL)
    assert [("called_at" in it.needs) for it in (noted, own, cancelled)] == [True, False, False]
    assert not policy.may(member("volunteer", LANDLORD), Side.SENDER, row, Event.ACCEPT)
    assert not policy.may(replace(member("referent", LANDLORD), org_vetted=False), Side.SENDER, row, Event.ACCEPT)


@pytest.mark.parametrize("state", ["accepted", "in_progress", "completed"])
def test_what_was_said_by_phone_opens_no_identity(state: str) -> None:
    row = referral(state, voice=Voice.NOTED)
    assert not policy.sight(Side.RECEIVER, row, NOW).identity
    assert policy.sight(Side.RECEIVER, row, NOW).card and policy.sight(Side.SENDER, row, NOW).identity


def test_who_is_reached_by_phone_only_has_nothing_here() -> None:
    row = referral("accepted", voice=Voice.ALONE)
    assert policy.side_of(member("intake", ASSOCIATION), row) is None
    assert policy.spoken_for(row) and not policy.spoken_for(referral("accepted"))
    assert not policy.may_write(member("referent", LANDLORD), Side.SENDER, row, NOW)
    assert policy.may(member("referent", LANDLORD), Side.SENDER, row, Event.START)


@pytest.mark.parametrize("state", State)
def test_no_identity_is_seen_where_nobody_is_named(state: State) -> None:
    row = referral(state, kind=Kind.ADVICE)
    seen = policy.sight(Side.RECEIVER, row, NOW)
    assert {name for name in ("card", "words", "identity") if getattr(seen, name)} == set(SHOWN[state].split()) - {
        "identity"
    }
    everything = policy.sight(Side.SENDER, row, NOW)
    assert everything.card and everything.words and not everything.identity


def test_who_relays_reads_no_identity_in_what_was_passed_on() -> None:
    """Its own access ends with the referral that it received."""
    row = referral("accepted")
    row.relayed = True
    seen = policy.sight(Side.SENDER, row, NOW)
    assert (seen.card, seen.words, seen.identity) == (True, True, False)
    assert policy.sight(Side.RECEIVER, row, NOW).identity


@pytest.mark.parametrize("state", State)
def test_who_relayed_by_mistake_reads_nothing_of_it_any_more(state: State) -> None:
    """What the first sender never sent them was never theirs to read; a referral of their own stays readable."""
    row = referral(state)
    row.relayed = True
    seen = policy.sight(Side.SENDER, row, NOW)
    open_to_them = state is not State.ENTERED_IN_ERROR
    assert (seen.card, seen.asked, seen.words, seen.identity) == (*(open_to_them,) * 3, False)


@pytest.mark.parametrize(
    ("role", "side", "state", "own", "others"),
    [
        ("volunteer", Side.RECEIVER, "accepted", True, False),
        ("colleague", Side.RECEIVER, "in_progress", True, False),
        ("intake", Side.RECEIVER, "sent", True, True),
        ("intake", Side.RECEIVER, "declined", False, False),
        ("volunteer", Side.RECEIVER, "completed", False, False),
        ("intake", Side.SENDER, "accepted", False, False),
    ],
)
def test_who_gives_a_referral_back_to_the_team(role: str, side: Side, state: str, own: bool, others: bool) -> None:
    actor = member(role, ASSOCIATION)
    given = [policy.may_give_back(actor, side, referral(state), user_id) for user_id in (ME, COLLEAGUE)]
    assert given == [own, others]


@pytest.mark.parametrize(("after", "visible"), [(-1, True), (0, False), (1, False)])
def test_access_to_the_identity_ends_at_its_hour(after: int, visible: bool) -> None:
    row = referral("completed")
    row.access_ends_at = NOW
    seen = policy.sight(Side.RECEIVER, row, NOW + timedelta(seconds=after))
    assert (seen.identity, seen.words, seen.card) == (visible, visible, True)


def test_choices_come_in_the_order_of_the_table_and_leave_reading_out() -> None:
    actor = member("intake", ASSOCIATION)
    assert policy.choices(actor, Side.RECEIVER, referral("sent")) == (
        Event.ASK_INFO,
        Event.ACCEPT,
        Event.WAITLIST,
        Event.DECLINE,
        Event.REDIRECT,
        Event.WITHDRAW_CONSENT,
    )


@pytest.mark.parametrize("state", State)
def test_the_thread_is_open_while_there_is_something_to_talk_about(state: State) -> None:
    talks = {"sent", "seen", "info_requested", "accepted", "waitlisted", "in_progress", "relayed", "completed"}
    row = referral(state)
    assert policy.may_write(member("intake", ASSOCIATION), Side.RECEIVER, row, NOW) == (state in talks)
    assert policy.may_write(member("referent", LANDLORD), Side.SENDER, row, NOW) == (state in talks)
    assert not policy.may_write(member("volunteer", ASSOCIATION), Side.RECEIVER, row, NOW)


def test_only_a_vetted_organisation_sends() -> None:
    permissions = ROLES["referent"].permissions
    vetted = Actor(user_id=ME, org_id=LANDLORD, permissions=permissions, org_vetted=True)
    policy.ensure_sends(vetted)
    with pytest.raises(Forbidden):
        policy.ensure_sends(Actor(user_id=ME, org_id=LANDLORD, permissions=permissions, org_vetted=False))
    with pytest.raises(Forbidden):
        policy.ensure_sends(Actor(user_id=ME, org_id=LANDLORD, org_vetted=True))


@pytest.mark.parametrize(
    ("role", "org_id", "side", "state", "shut"),
    [
        ("referent", LANDLORD, Side.SENDER, "draft", {Event.SEND}),
        ("referent", LANDLORD, Side.SENDER, "seen", {Event.REDIRECT}),
        ("intake", ASSOCIATION, Side.RECEIVER, "seen", {Event.ACCEPT, Event.REDIRECT}),
        ("intake", ASSOCIATION, Side.RECEIVER, "in_progress", {Event.RELAY}),
    ],
)
def test_no_identity_passes_to_or_from_an_organisation_that_is_not_vetted(
    role: str, org_id: UUID, side: Side, state: str, shut: set[Event]
) -> None:
    """One that was suspended and reopened waits to be vetted again: what it holds from before opens nothing."""
    actor = member(role, org_id)
    row = referral(state)
    assert shut <= set(policy.choices(actor, side, row))
    assert set(policy.choices(actor, side, row)) - shut == set(
        policy.choices(replace(actor, org_vetted=False), side, row)
    )


def bearer(only: Referral | None) -> Actor:
    """Who reads the association's mailbox."""
    permissions = frozenset({policy.ANSWER})
    return Actor(
        user_id=None, org_id=ASSOCIATION, permissions=permissions, org_vetted=True, only=only.id if only else None
    )


def test_a_mailed_link_answers_its_one_referral() -> None:
    mine, other = referral("seen"), referral("seen")
    mine.id, other.id = UUID(int=101), UUID(int=102)
    assert policy.side_of(bearer(mine), mine) is Side.RECEIVER
    assert policy.side_of(bearer(mine), other) is None
    assert policy.side_of(bearer(None), mine) is None
    assert policy.may(bearer(mine), Side.RECEIVER, mine, Event.ACCEPT)
    assert not policy.may_write(bearer(mine), Side.RECEIVER, mine, NOW)


def test_a_mailed_link_passes_nothing_on() -> None:
    row = referral("accepted")
    with pytest.raises(Forbidden):
        policy.decide(bearer(row), Side.RECEIVER, row, Event.RELAY)


NOTHING = policy.Reach(policy.Extent.NONE, policy.Extent.NONE)


@pytest.mark.parametrize("lacking", [{"org_id": None}, {"user_id": None}])
def test_nobody_reaches_without_a_house_and_a_name(lacking: dict[str, None]) -> None:
    actor = replace(member("intake", ASSOCIATION), **lacking)
    assert policy.reach(actor) == NOTHING


def test_the_right_to_answer_reaches_all_that_was_received_and_nothing_that_was_sent() -> None:
    actor = Actor(user_id=ME, org_id=ASSOCIATION, permissions=frozenset({policy.ANSWER}))
    assert policy.reach(actor) == policy.Reach(policy.Extent.NONE, policy.Extent.ALL)


@pytest.mark.parametrize(("days", "asked"), [(None, True), (0, True), (29, True), (30, False), (40, False)])
def test_the_sentence_of_the_card_stays_thirty_days_after_the_end(days: int | None, asked: bool) -> None:
    row = referral("declined")
    row.closed_at = None if days is None else NOW - timedelta(days=days)
    assert policy.sight(Side.RECEIVER, row, NOW).asked == asked


@pytest.mark.parametrize("state", State)
def test_the_sentence_of_the_card_is_read_with_the_card(state: State) -> None:
    assert policy.sight(Side.RECEIVER, referral(state), NOW).asked == ("card" in SHOWN[state])


def test_the_thread_closes_with_the_access() -> None:
    row = referral("completed")
    row.access_ends_at = NOW
    assert not policy.may_write(member("intake", ASSOCIATION), Side.RECEIVER, row, NOW)


ENDS = {"declined", "redirected", "completed", "cancelled", "expired", "entered_in_error"}


@pytest.mark.parametrize("state", State)
def test_a_receiver_charges_a_colleague_until_the_end(state: State) -> None:
    row = referral(state)
    assert policy.may_assign(member("intake", ASSOCIATION), Side.RECEIVER, row) == (state not in ENDS)
    assert not policy.may_assign(member("volunteer", ASSOCIATION), Side.RECEIVER, row)
    assert not policy.may_assign(member("intake", LANDLORD), Side.SENDER, row)
