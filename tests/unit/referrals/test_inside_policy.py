"""Inside one house: on which side somebody is, what each side does, and who reads how it ended; by tables by hand."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from maillage.accounts.roles import ROLES
from maillage.kernel.actor import Actor, Reads
from maillage.kernel.errors import Conflict
from maillage.referrals import policy
from maillage.referrals.codes import Kind, Side
from maillage.referrals.kinds import KINDS
from maillage.referrals.models import Referral
from maillage.referrals.states import Event, State

HOUSE, ELSEWHERE = UUID(int=1), UUID(int=2)
ASKS, ME, OTHER = UUID(int=11), UUID(int=12), UUID(int=13)
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
TEAM = "Comptabilité"

CELLS = """
state             | sender                              | receiver
sent              | cancel entered_in_error             | seen ask_info waitlist decline accept
seen              | cancel entered_in_error             | ask_info waitlist decline accept
info_requested    | answer_info cancel entered_in_error | accept waitlist decline
accepted          | cancel entered_in_error             | ask_info waitlist decline start appointment complete
waitlisted        | cancel entered_in_error             | ask_info accept decline
declined          | entered_in_error                    |
in_progress       | cancel entered_in_error             | appointment complete
in_progress+asked | entered_in_error                    | appointment complete confirm_cancel
completed         | entered_in_error                    |
cancelled         | entered_in_error                    |
expired           | entered_in_error                    |
entered_in_error  |                                     |
"""
NEVER = {Event.REDIRECT, Event.RELAY, Event.WITHDRAW_CONSENT, Event.ADVISE, Event.TAKE_UP}

# Who sees what somebody of the house handed over, and on which side: by role, and by how they stand to it.
SEES = """
role           | who asks | handed to | of its team | neither
referent       | sender   | receiver  | receiver    | sender
supervisor     | sender   | receiver  | receiver    | sender
intake         | sender   | receiver  | receiver    | sender
colleague      | sender   | receiver  | receiver    |
volunteer      |          |           |             |
lead           |          |           |             |
coordinator    |          |           |             |
cell_chair     |          |           |             |
org_admin      |          |           |             |
platform_admin |          |           |             |
"""


def lines(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


def member(role: str, user_id: UUID = ME, **overrides: object) -> Actor:
    permissions = ROLES[role].permissions
    actor = Actor(user_id=user_id, org_id=HOUSE, permissions=permissions, org_vetted=True)
    return replace(actor, **overrides)  # type: ignore[arg-type]


def handed(state: str = "sent", *, to: UUID | None = None, team: str | None = None, **given: object) -> Referral:
    name, _, asked = state.partition("+")
    values = {
        "kind": Kind.INTERNAL, "sender_org_id": HOUSE, "receiver_org_id": HOUSE, "sender_user_id": ASKS,
        "sent_at": NOW, "relayed": False, "cancel_requested_at": NOW if asked else None,
    }  # fmt: skip
    return Referral(state=name, to_user_id=to, to_team=team, **(values | given))


@pytest.mark.parametrize("cells", lines(CELLS), ids=lambda cells: cells[0])
def test_what_each_side_does(cells: list[str]) -> None:
    state, sender, receiver = cells
    row = handed(state, to=ME)
    for actor, side, does in (
        (member("referent", ASKS), Side.SENDER, sender),
        (member("colleague"), Side.RECEIVER, receiver),
    ):
        assert {event for event in Event if policy.may(actor, side, row, event)} == set(does.split())
    for event in NEVER:
        with pytest.raises(Conflict):
            policy.decide(member("colleague"), Side.RECEIVER, row, event)


@pytest.mark.parametrize("cells", lines(SEES), ids=lambda cells: cells[0])
def test_the_side_is_said_by_the_person_and_the_team(cells: list[str]) -> None:
    role, asks, person, team, neither = cells
    for row, actor, side in (
        (handed(to=OTHER), member(role, ASKS), asks),
        (handed(team=TEAM), member(role, ASKS, team=TEAM), asks),
        (handed(to=ME), member(role), person),
        (handed(team=TEAM), member(role, team=TEAM), team),
        (handed(to=OTHER), member(role, team=TEAM), neither),
        (handed(team=TEAM), member(role, team="Gardiens"), neither),
        (handed(team=TEAM), member(role), neither),
    ):
        assert policy.side_of(actor, row) == (side or None), (role, row.to_team, actor.team)


@pytest.mark.parametrize("reads", [Reads.OWN, Reads.TEAM])
def test_what_is_handed_over_is_read_whatever_the_rule_of_the_house(reads: Reads) -> None:
    assert policy.side_of(member("referent", reads=reads), handed(to=ME)) is Side.RECEIVER
    assert policy.side_of(member("referent", reads=reads), handed(to=OTHER)) is None
    assert policy.side_of(member("referent", reads=reads), handed(to=OTHER), known=True) is Side.SENDER


def test_nobody_else_is_handed_anything() -> None:
    colleague = member("colleague", team=TEAM)
    for actor, row in (
        (replace(colleague, org_id=ELSEWHERE), handed(to=ME)),
        (replace(colleague, org_id=ELSEWHERE), handed(team=TEAM)),
        (replace(colleague, user_id=None), handed(team=TEAM)),
        (replace(colleague, user_id=None), handed(team="Gardiens")),
        (replace(colleague, permissions=frozenset({policy.READ_OWN})), handed(to=ME)),
        (colleague, handed(to=ME, sent_at=None)),
        (colleague, handed(to=ME, kind=Kind.REFERRAL)),
        (colleague, handed(team=TEAM, kind=Kind.ADVICE)),
    ):
        assert not policy.handed_to(actor, row)
    assert policy.handed_to(colleague, handed(to=ME))
    assert policy.handed_to(colleague, handed(team=TEAM))


def test_each_side_acts_by_its_own_right() -> None:
    rights = (policy.SEND, policy.ANSWER, policy.INSIDE)
    for right, side, kind in product(rights, Side, Kind):
        row = handed("seen", to=ME, kind=kind)
        actor = member("colleague", permissions=frozenset({right}))
        receives = policy.INSIDE if kind is Kind.INTERNAL else policy.ANSWER
        wanted = policy.SEND if side is Side.SENDER else receives
        event = Event.CANCEL if side is Side.SENDER else Event.DECLINE
        assert policy.may(actor, side, row, event) == (right == wanted)
        assert policy.may_write(actor, side, row, NOW) == (right == wanted and kind is not Kind.OUTREACH)


def test_who_reads_how_it_ended() -> None:
    """Everybody who sees an orientation; inside the house, those who follow its referrals."""
    reads = {role for role in ROLES if policy.sees_outcome(member(role), handed("completed", to=ME))}
    assert reads == {"referent", "supervisor", "intake"}
    assert all(policy.sees_outcome(member(role), handed("completed", kind=Kind.REFERRAL)) for role in ROLES)


@pytest.mark.parametrize("state", State)
def test_what_was_handed_to_somebody_is_charged_to_nobody_else(state: State) -> None:
    actor = member("intake")
    assert not policy.may_assign(actor, Side.RECEIVER, handed(state, to=ME))


KIND_OF = {
    Kind.REFERRAL: (set(Event) - {Event.ADVISE}, "consent shared_secret concertation legal_duty", True, False),
    Kind.ADVICE: (
        {
            Event.SEND, Event.SEEN, Event.ASK_INFO, Event.ANSWER_INFO, Event.ADVISE, Event.DECLINE, Event.CANCEL,
            Event.ENTERED_IN_ERROR, Event.EXPIRE,
        },
        "anonymous", False, False,
    ),
    Kind.INTERNAL: (set(Event) - NEVER, "same_controller", True, True),
    Kind.OUTREACH: (
        {
            Event.SEND, Event.SEEN, Event.ACCEPT, Event.DECLINE, Event.COMPLETE, Event.CANCEL, Event.WITHDRAW_CONSENT,
            Event.ENTERED_IN_ERROR, Event.EXPIRE,
        },
        "interest public_task", True, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_what_a_kind_has(kind: Kind) -> None:
    events, bases, names, inside = KIND_OF[kind]
    row = KINDS[kind]
    assert (row.events, row.bases, row.names, row.inside) == (events, set(bases.split()), names, inside)
