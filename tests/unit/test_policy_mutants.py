"""Every rule of who may what, made to hold always and never, and every table one cell wider: somebody must notice.

The tests written by hand beside each policy are what must notice. A rule added without one shows up here.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest

import maillage
from factories import mutants
from factories.mutants import Mutant, of_cells, of_constant, of_functions
from maillage.accounts import policy as accounts_policy
from maillage.accounts import roles
from maillage.accounts.roles import PERMISSIONS, ROLES
from maillage.directory import policy as directory_policy
from maillage.directory.keeping import policy as keeping_policy
from maillage.network.events import policy as events_policy
from maillage.network.groups import policy as groups_policy
from maillage.network.meetings import policy as meetings_policy
from maillage.network.news import policy as news_policy
from maillage.network.questions import policy as questions_policy
from maillage.network.resources import policy as resources_policy
from maillage.network.roster import policy as roster_policy
from maillage.notifications import policy as notifications_policy
from maillage.referrals import policy as referrals_policy
from maillage.referrals import states
from maillage.referrals.attachments import policy as attachments_policy
from maillage.referrals.codes import Basis, Side
from maillage.referrals.kinds import KINDS
from maillage.referrals.links import policy as links_policy
from maillage.referrals.states import STATES, TABLE, By, Event, Shown, State, Transition

pytestmark = pytest.mark.security

HERE = Path(__file__).parent
POLICIES = {
    accounts_policy: "accounts/test_roles.py accounts/test_policy.py",
    directory_policy: "directory/test_policy.py",
    keeping_policy: "directory/test_policy.py",
    notifications_policy: "notifications/test_policy.py",
    referrals_policy: "referrals/test_policy.py referrals/test_inside_policy.py",
    attachments_policy: "referrals/test_around_policy.py",
    links_policy: "referrals/test_around_policy.py",
    events_policy: "network/test_event_policy.py",
    groups_policy: "network/test_group_policy.py",
    meetings_policy: "network/test_meeting_tables.py",
    news_policy: "network/test_news_states.py",
    questions_policy: "network/test_question_states.py",
    resources_policy: "network/test_resource_policy.py",
    roster_policy: "network/test_roster_policy.py",
}
OF_ROLES = "accounts/test_roles.py accounts/test_policy.py"
OF_STATES = "referrals/test_states.py referrals/test_policy.py"


def test_every_mutant_of_the_rules_is_killed() -> None:
    begun = time.perf_counter()
    made, alive = 0, []
    for files, found in suspects():
        cases = [case for name in files.split() for case in mutants.cases_of(HERE / name)]
        for case in cases:
            case()
        for mutant in found:
            made += 1
            if mutants.survives(mutant, cases):
                alive.append(mutant.label)
    print(f"{made} mutants, {made - len(alive)} killed, {time.perf_counter() - begun:.1f} s")
    assert alive == []


def test_every_policy_is_a_suspect() -> None:
    written = {str(path) for path in Path(str(maillage.__file__)).parent.rglob("policy.py")}
    assert written == {module.__file__ for module in POLICIES}


def suspects() -> Iterator[tuple[str, Iterator[Mutant]]]:
    """Where the tests of a rule stand, and its mutants."""
    for module, files in POLICIES.items():
        yield files, of_functions(module)
    yield OF_ROLES, of_functions(roles)
    yield OF_ROLES, wider_roles()
    yield OF_STATES, of_functions(states)
    yield OF_STATES, wider_transitions()
    yield "referrals/test_policy.py", chain(wider_sight(), other_constants())
    yield "referrals/test_inside_policy.py", other_kinds()


def wider_roles() -> Iterator[Mutant]:
    kinds = frozenset().union(*(row.organizations for row in ROLES.values()))
    for name, row in ROLES.items():
        for permission in sorted(set(PERMISSIONS) - row.permissions):
            wider = replace(row, permissions=row.permissions | {permission})
            yield of_cells(f"{name} also may {permission}", ROLES, name, wider)
        for kind in sorted(kinds - row.organizations):
            wider = replace(row, organizations=row.organizations | {kind})
            yield of_cells(f"{name} also exists in {kind}", ROLES, name, wider)
        if row.second_factor:
            yield of_cells(f"{name} needs no second factor", ROLES, name, replace(row, second_factor=False))
    for permission in accounts_policy.NEVER_WITHOUT:
        rest = {name: words for name, words in accounts_policy.NEVER_WITHOUT.items() if name != permission}
        label = f"the last one with {permission} may leave"
        yield of_constant(label, "NEVER_WITHOUT", rest, accounts_policy.NEVER_WITHOUT)


def wider_transitions() -> Iterator[Mutant]:
    for row in TABLE:
        for state in sorted(set(State) - row.froms):
            yield _row(f"{row.event} also from {state}", row, replace(row, froms=row.froms | {state}))
        if row.by is not By.EITHER:
            yield _row(f"{row.event} by either side", row, replace(row, by=By.EITHER))
        if row.asked is not None:
            yield _row(f"{row.event} asked or not ({row.asked})", row, replace(row, asked=None))
        if row.needs:
            yield _row(f"{row.event} needs nothing", row, replace(row, needs=()))


def _row(label: str, row: Transition, wider: Transition) -> Mutant:
    table = tuple(wider if one is row else one for one in TABLE)
    cells = {(wider.event, state): wider for state in wider.froms}

    def install(patch: pytest.MonkeyPatch) -> None:
        of_constant("", "TABLE", table, TABLE).install(patch)
        for cell, reads in cells.items():
            patch.setitem(states._CELLS, cell, reads)

    return Mutant(label, install)


def other_kinds() -> Iterator[Mutant]:
    for kind, row in KINDS.items():
        for event in sorted(set(Event) ^ row.events):
            yield of_cells(f"{kind} also has {event}", KINDS, kind, replace(row, events=row.events | {event}))
        for basis in sorted(set(Basis) ^ row.bases):
            yield of_cells(f"{kind} also rests on {basis}", KINDS, kind, replace(row, bases=row.bases | {basis}))
        yield of_cells(f"{kind}, names otherwise", KINDS, kind, replace(row, names=not row.names))
        yield of_cells(f"{kind}, inside or not", KINDS, kind, replace(row, inside=not row.inside))


def wider_sight() -> Iterator[Mutant]:
    for state, row in STATES.items():
        for shown in Shown:
            if shown.value > row.shown.value:
                yield of_cells(f"{state} shows {shown.name}", STATES, state, replace(row, shown=shown))


def other_constants() -> Iterator[Mutant]:
    rules = referrals_policy
    for event in sorted(rules.TRUSTED):
        yield of_constant(f"{event} without being vetted", "TRUSTED", rules.TRUSTED - {event}, rules.TRUSTED)
    for state in sorted(set(State) - states.TALKING):
        yield of_constant(f"talking when {state}", "TALKING", states.TALKING | {state}, states.TALKING)
    for state in sorted(states.ENDED):
        yield of_constant(f"{state} is no end", "ENDED", states.ENDED - {state}, states.ENDED)
    for side, other in ((Side.SENDER, Side.RECEIVER), (Side.RECEIVER, Side.SENDER)):
        yield of_cells(f"{side} acts by the right of the {other}", rules.ACTS, side, rules.ACTS[other])
    longer = states.ACCESS_AFTER_CLOSURE + timedelta(days=1)
    yield of_constant("one day more after the end", "ACCESS_AFTER_CLOSURE", longer, states.ACCESS_AFTER_CLOSURE)
