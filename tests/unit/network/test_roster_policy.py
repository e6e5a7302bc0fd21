"""Who describes a company in the roster, and who takes back what somebody said they had done: every cell."""

from uuid import UUID

import pytest

from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.network.groups.policy import COORDINATE, TAKE_PART
from maillage.network.roster import policy

OWNER, COMPANY, OTHER, ME = (UUID(int=number) for number in range(1, 5))
MEMBER, COORDINATOR = frozenset({TAKE_PART}), frozenset({TAKE_PART, COORDINATE})


@pytest.mark.parametrize(
    ("home", "permissions", "describes"),
    [
        (COMPANY, MEMBER, True),
        (COMPANY, frozenset(), False),
        (COMPANY, COORDINATOR, True),
        (OTHER, MEMBER, False),
        (OTHER, COORDINATOR, False),
        (OWNER, COORDINATOR, True),
        (OWNER, MEMBER, False),
    ],
)
def test_who_describes_a_company(home: UUID, permissions: frozenset[str], describes: bool) -> None:
    actor = Actor(user_id=ME, org_id=home, permissions=permissions)
    if describes:
        policy.ensure_describes(actor, org_id=COMPANY, owner_id=OWNER)
    else:
        with pytest.raises(NotFound):
            policy.ensure_describes(actor, org_id=COMPANY, owner_id=OWNER)


@pytest.mark.parametrize(
    ("home", "permissions", "said_by", "may"),
    [
        (COMPANY, MEMBER, ME, True),
        (COMPANY, MEMBER, OTHER, False),
        (OTHER, COORDINATOR, OTHER, False),
        (OWNER, COORDINATOR, OTHER, True),
        (OWNER, MEMBER, OTHER, False),
    ],
)
def test_who_takes_back_what_was_done(home: UUID, permissions: frozenset[str], said_by: UUID, may: bool) -> None:
    actor = Actor(user_id=ME, org_id=home, permissions=permissions)
    assert policy.may_unsay(actor, user_id=said_by, owner_id=OWNER) is may
