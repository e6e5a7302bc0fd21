"""Who may do what with a question, in each of its states and wherever it waits: every cell."""

from itertools import product

import pytest

from maillage.network.questions.states import STEPS, Deed, Level, Role, Status, ever, open_to, step_for

# For who has this role besides reading it: what they may do, by status and level.
GROUP, NETWORK, ABOVE = Level.GROUP, Level.NETWORK, Level.COORDINATION
OWN = "accept close"
CELLS = {
    (Role.PEER, Status.OPEN, GROUP): "answer",
    (Role.PEER, Status.OPEN, NETWORK): "answer",
    (Role.PEER, Status.OPEN, ABOVE): "answer",
    (Role.PEER, Status.ANSWERED, GROUP): "answer",
    (Role.PEER, Status.ANSWERED, NETWORK): "answer",
    (Role.PEER, Status.ANSWERED, ABOVE): "answer",
    (Role.ASKER, Status.OPEN, GROUP): f"answer {OWN} correct widen",
    (Role.ASKER, Status.OPEN, NETWORK): f"answer {OWN} correct escalate",
    (Role.ASKER, Status.OPEN, ABOVE): f"answer {OWN} correct",
    (Role.ASKER, Status.ANSWERED, GROUP): "answer accept correct reopen",
    (Role.ASKER, Status.ANSWERED, NETWORK): "answer accept correct reopen",
    (Role.ASKER, Status.ANSWERED, ABOVE): "answer accept correct reopen",
    (Role.LEAD, Status.OPEN, GROUP): f"answer {OWN} widen escalate",
    (Role.LEAD, Status.OPEN, NETWORK): f"answer {OWN} escalate",
    (Role.LEAD, Status.OPEN, ABOVE): f"answer {OWN}",
    (Role.LEAD, Status.ANSWERED, GROUP): "answer accept reopen",
    (Role.LEAD, Status.ANSWERED, NETWORK): "answer accept reopen",
    (Role.LEAD, Status.ANSWERED, ABOVE): "answer accept reopen",
    (Role.COORDINATOR, Status.OPEN, GROUP): f"answer {OWN} widen",
    (Role.COORDINATOR, Status.OPEN, NETWORK): f"answer {OWN}",
    (Role.COORDINATOR, Status.OPEN, ABOVE): f"answer {OWN} widen",
    (Role.COORDINATOR, Status.ANSWERED, GROUP): "answer accept reopen",
    (Role.COORDINATOR, Status.ANSWERED, NETWORK): "answer accept reopen",
    (Role.COORDINATOR, Status.ANSWERED, ABOVE): "answer accept reopen",
    **{(role, Status.CLOSED, level): "reopen" for role in set(Role) - {Role.PEER} for level in Level},
}


@pytest.mark.parametrize(("role", "status", "level"), list(product(Role, Status, Level)))
def test_each_cell(role: Role, status: Status, level: Level) -> None:
    assert set(open_to({Role.PEER, role}, status, level)) == set(CELLS.get((role, status, level), "").split())


def test_nobody_does_anything_without_a_role() -> None:
    assert not any(open_to((), status, level) for status, level in product(Status, Level))


def test_only_the_answer_of_the_coordination_brings_it_back() -> None:
    assert [(one.deed, one.by, one.levels) for one in STEPS if one.returns] == [
        (Deed.ANSWER, {Role.COORDINATOR}, {ABOVE})
    ]
    step = step_for(Deed.ANSWER, {Role.PEER, Role.COORDINATOR}, Status.OPEN, ABOVE)
    assert step is not None and step.returns


def test_what_is_never_theirs_is_told_from_what_is_not_now() -> None:
    assert ever(Deed.ESCALATE, {Role.ASKER}) and step_for(Deed.ESCALATE, {Role.ASKER}, Status.OPEN, GROUP) is None
    assert not ever(Deed.WIDEN, {Role.PEER})
