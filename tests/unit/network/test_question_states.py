"""Who may do what with a question, in each of its states and wherever it waits: every cell."""

from itertools import product
from uuid import UUID

import pytest

from maillage.kernel.actor import Actor
from maillage.kernel.errors import Conflict, Forbidden, NotFound
from maillage.network.groups.models import Audience
from maillage.network.questions import policy
from maillage.network.questions.models import Question
from maillage.network.questions.states import STEPS, Deed, Level, Role, Status, ever, open_to, step_for
from maillage.network.seats import Seats

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


OWN_NETWORK, FOREIGN_NETWORK, OWN_GROUP, FOREIGN_GROUP, ME, HOME = (UUID(int=number) for number in range(1, 7))
MEMBER = Seats({OWN_GROUP: OWN_NETWORK})
ELSEWHERE = Seats({FOREIGN_GROUP: OWN_NETWORK})  # another group of the same network
LEADS = Seats({OWN_GROUP: OWN_NETWORK}, frozenset({OWN_GROUP}))
COORDINATES = Seats(coordinates=OWN_NETWORK)
STRANGER = Seats({FOREIGN_GROUP: FOREIGN_NETWORK}, frozenset({FOREIGN_GROUP}), FOREIGN_NETWORK)
PEER = {Role.PEER}


@pytest.mark.parametrize(
    ("seats", "audience", "asked_by", "roles"),
    [
        (MEMBER, Audience.GROUP, (UUID(int=9), HOME), PEER),
        (MEMBER, Audience.GROUP, (ME, HOME), {Role.PEER, Role.ASKER}),
        (MEMBER, Audience.GROUP, (ME, UUID(int=9)), PEER),
        (MEMBER, Audience.GROUP, (UUID(int=9), UUID(int=9)), PEER),
        (ELSEWHERE, Audience.GROUP, (ME, HOME), set()),
        (ELSEWHERE, Audience.NETWORK, (UUID(int=9), HOME), PEER),
        (LEADS, Audience.GROUP, (UUID(int=9), HOME), {Role.PEER, Role.LEAD}),
        (COORDINATES, Audience.GROUP, (UUID(int=9), HOME), {Role.PEER, Role.COORDINATOR}),
        (STRANGER, Audience.GROUP, (ME, HOME), set()),
        (STRANGER, Audience.NETWORK, (ME, HOME), set()),
    ],
)
def test_who_somebody_is(seats: Seats, audience: Audience, asked_by: tuple[UUID, UUID], roles: set[Role]) -> None:
    user_id, org_id = asked_by
    question = Question(network_id=OWN_NETWORK, group_id=OWN_GROUP, audience=audience, user_id=user_id, org_id=org_id)
    assert policy.roles_of(Actor(user_id=ME, org_id=HOME), seats, question) == roles


@pytest.mark.parametrize(
    ("deed", "roles", "status", "refusal"),
    [
        (Deed.ANSWER, set(), Status.OPEN, NotFound),
        (Deed.ANSWER, PEER, Status.OPEN, None),
        (Deed.ANSWER, PEER, Status.CLOSED, Conflict),
        (Deed.WIDEN, PEER, Status.OPEN, Forbidden),
    ],
)
def test_what_a_refusal_says(deed: Deed, roles: set[Role], status: Status, refusal: type[Exception] | None) -> None:
    question = Question(status=status, level=GROUP)
    if refusal is None:
        assert policy.ensure(deed, frozenset(roles), question).deed is deed
    else:
        with pytest.raises(refusal):
            policy.ensure(deed, frozenset(roles), question)


@pytest.mark.parametrize(
    ("role", "may"), [(Role.PEER, False), (Role.ASKER, False), (Role.LEAD, True), (Role.COORDINATOR, True)]
)
def test_an_answer_is_withdrawn_by_its_author_and_by_who_animates(role: Role, may: bool) -> None:
    who = Actor(user_id=ME, org_id=HOME)
    assert policy.may_withdraw(who, frozenset({role}), ME)
    assert policy.may_withdraw(who, frozenset({role}), UUID(int=9)) is may
