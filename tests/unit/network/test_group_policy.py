"""Who may do what in a group, against a table written by hand."""

from itertools import product
from uuid import UUID

import pytest

from maillage.accounts.roles import ROLES, permissions_of
from maillage.kernel.actor import Actor
from maillage.kernel.errors import Forbidden, NotFound
from maillage.network.groups import policy
from maillage.network.groups.policy import Deed, Part

OWNER, OTHER = UUID(int=1), UUID(int=2)
EXPECTED = {  # "yes", "no" for who reads the group and may not, "unknown" for whom there is no such group
    #               know       ask        read       contribute animate    coordinate
    "stranger":    "unknown    unknown    unknown    unknown    unknown    unknown",
    "company":     "yes        yes        unknown    unknown    unknown    unknown",
    "member":      "yes        no         yes        yes        no         no",
    "lead":        "yes        no         yes        yes        yes        no",
    "coordinator": "yes        no         yes        yes        yes        yes",
}  # fmt: skip
TAKES_PART = {"referent", "supervisor", "intake", "lead", "coordinator", "cell_chair", "org_admin"}


@pytest.mark.parametrize(("part", "deed"), [*product(Part, Deed)])
def test_every_cell(part: Part, deed: Deed) -> None:
    expected = EXPECTED[part].split()[list(Deed).index(deed)]
    if expected == "yes":
        policy.ensure(part, deed)
    else:
        with pytest.raises(NotFound if expected == "unknown" else Forbidden):
            policy.ensure(part, deed)


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("home", [OWNER, OTHER])
@pytest.mark.parametrize("company", [True, False])
@pytest.mark.parametrize(("member", "is_lead"), [(False, False), (True, False), (True, True)])
def test_who_somebody_is(role: str, home: UUID, company: bool, member: bool, is_lead: bool) -> None:
    actor = Actor(user_id=UUID(int=9), org_id=home, permissions=permissions_of(frozenset({role})))
    found = policy.part_of(actor, owner_id=OWNER, company=company, member=member, is_lead=is_lead)
    if role not in TAKES_PART:
        assert found is Part.STRANGER
    elif role == "coordinator" and home == OWNER:
        assert found is Part.COORDINATOR
    elif member:
        assert found is (Part.LEAD if is_lead and role in ("lead", "coordinator") else Part.MEMBER)
    else:
        assert found is (Part.COMPANY if company else Part.STRANGER)
