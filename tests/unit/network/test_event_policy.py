"""Who may do what with a session in which state, and who somebody is for it: by tables by hand."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from maillage.accounts.roles import ROLES
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.errors import Conflict, Forbidden
from maillage.network.events import policy
from maillage.network.events.codes import TRANSITIONS, Act, State, Who
from maillage.network.events.models import Event

OWNER, COMPANY = UUID(int=1), UUID(int=2)
GROUP, OTHER = UUID(int=11), UUID(int=12)

CELLS = """
state     | organizer                                                              | member
draft     | read change publish cancel add_material                                |
open      | read sign_up give_back change close cancel announce read_roll record add_material | read sign_up give_back
closed    | read give_back change reopen cancel read_roll record add_material      | read give_back
held      | read rate certify read_roll record add_material                        | read rate certify
cancelled | read read_roll                                                         | read
"""
MOVES = {"publish": "draft>open", "close": "open>closed", "reopen": "closed>open"}

# For whom a session of one group exists, and as whom: by role, and by their seats (lead of it, in it, in another one,
# in none); of the coordinating organisation, and of another.
IS_WHO = """
role        | where   | audience | lead      | in        | other     | none
referent    | company | group    | member    | member    |           |
referent    | company | network  | member    | member    | member    |
lead        | company | group    | organizer | member    |           |
lead        | company | network  | organizer | member    | member    |
coordinator | company | network  | organizer | member    | member    |
coordinator | owner   | group    | organizer | organizer | organizer | organizer
referent    | owner   | network  | member    | member    | member    |
lead        | owner   | group    | organizer | member    |           |
volunteer   | company | network  |           |           |           |
"""
SEATS = {"lead": {GROUP: True}, "in": {GROUP: False}, "other": {OTHER: True}, "none": {}}


def lines(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


def session_in(state: str) -> Event:
    return Event(state=state)


@pytest.mark.parametrize(("who", "act"), list(product(Who, Act)))
def test_every_cell_of_the_rights(who: Who, act: Act) -> None:
    for state, organizer, member in lines(CELLS):
        given = act in (organizer if who is Who.ORGANIZER else member).split()
        assert policy.allowed(who, state, act) == given, (who, state, act)
        if given:
            policy.check(who, session_in(state), act)
            continue
        ever = any(act in row[1 + (who is Who.MEMBER)].split() for row in lines(CELLS))
        with pytest.raises(Conflict if ever else Forbidden):
            policy.check(who, session_in(state), act)


def test_every_step_leads_where_it_says() -> None:
    found = {f"{origin}>{row.to}" for act, row in TRANSITIONS.items() if act is not Act.CANCEL for origin in row.froms}
    assert found == set(MOVES.values())
    assert TRANSITIONS[Act.CANCEL].froms == frozenset({State.DRAFT, State.OPEN, State.CLOSED})
    assert TRANSITIONS[Act.CANCEL].to is State.CANCELLED


@pytest.mark.parametrize("row", lines(IS_WHO), ids=lambda row: "-".join(row[:3]))
def test_who_somebody_is_for_a_session(row: list[str]) -> None:
    role, where, audience, *found = row
    permissions = ROLES[role].permissions
    actor = Actor(user_id=UUID(int=9), org_id=OWNER if where == "owner" else COMPANY, permissions=permissions)
    for (name, seats), expected in zip(SEATS.items(), found, strict=True):
        who = policy.who_is(actor, owner_id=OWNER, host_id=GROUP, audience=audience, seats=seats)
        assert (who or "") == expected, name


def test_what_the_coordination_holds_is_organised_by_nobody_else() -> None:
    lead = Actor(user_id=UUID(int=9), org_id=COMPANY, permissions=ROLES["lead"].permissions)
    assert policy.who_is(lead, owner_id=OWNER, host_id=None, audience="network", seats={GROUP: True}) is Who.MEMBER


NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def span(day: int, start: int, end: int) -> tuple[datetime, datetime]:
    first = NOW.replace(hour=0) + timedelta(days=day)
    return first + timedelta(hours=start), first + timedelta(hours=end)


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([span(1, 9, 12)], None),
        ([span(1, 9, 12), span(1, 13, 17), span(2, 9, 12)], None),
        ([], "au moins une date"),
        ([span(1, 12, 9)], "finit après son début"),
        ([span(1, 9, 9)], "finit après son début"),
        ([span(1, 1, 23)], "finit après son début"),
        ([span(0, 8, 10)], "à venir"),
        ([span(-1, 9, 12), span(3, 9, 12)], "à venir"),
        ([span(1, 9, 12), span(1, 11, 13)], "se chevauchent"),
        ([span(731, 9, 12)], "deux ans"),
    ],
)
def test_dates_that_cannot_be(spans: list[tuple[datetime, datetime]], said: str | None) -> None:
    with clock.at(NOW):
        refusal = policy.dates_refusal(spans)
    assert refusal is None if said is None else said in (refusal or ""), refusal


def test_a_session_has_begun_from_its_first_minute() -> None:
    start = datetime(2026, 3, 3, 9, tzinfo=UTC)
    event, before = Event(starts_at=start), start - timedelta(seconds=1)
    assert policy.has_begun(event, start) and not policy.has_begun(event, before)
    with clock.at(start):
        assert policy.has_begun(event) and not policy.has_begun(event, before)
    with clock.at(before):
        assert policy.has_begun(event, start) and not policy.has_begun(event)
