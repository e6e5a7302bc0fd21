"""Which role exists where, who gives it, and who runs the platform: by hand, beside the code."""

from uuid import UUID

import pytest

from maillage.accounts import policy
from maillage.accounts.models import OrganizationKind
from maillage.accounts.roles import ROLES, need_second_factor, roles_giving
from maillage.kernel.actor import SYSTEM, Actor, Channel
from maillage.kernel.errors import Forbidden

EXISTS_IN = {
    "referent": "landlord association public_body hospital local_authority umbrella",
    "supervisor": "landlord association public_body hospital local_authority umbrella",
    "colleague": "landlord association public_body hospital local_authority umbrella",
    "intake": "landlord association public_body hospital local_authority",
    "access_desk": "landlord",
    "volunteer": "landlord association public_body hospital local_authority",
    "lead": "landlord association public_body hospital local_authority umbrella host",
    "coordinator": "landlord umbrella",
    "cell_chair": "landlord association public_body hospital local_authority umbrella host",
    "org_admin": "landlord association public_body hospital local_authority umbrella host",
    "platform_admin": "host",
}
REACHES_FAR = {"supervisor", "coordinator", "org_admin", "platform_admin"}
ADMINISTRATOR = Actor(user_id=UUID(int=1), org_id=UUID(int=2), permissions=frozenset({policy.ORGANIZATION}))


@pytest.mark.parametrize("kind", list(OrganizationKind))
def test_an_administrator_gives_the_roles_of_that_kind_and_the_host_gives_its_own(kind: str) -> None:
    there = [name for name in ROLES if kind in EXISTS_IN[name].split()]
    assert list(policy.roles_open_to(SYSTEM, kind)) == there
    assert list(policy.roles_open_to(ADMINISTRATOR, kind)) == [name for name in there if name != "platform_admin"]


@pytest.mark.parametrize("role", ROLES)
def test_a_second_factor_is_due_for_what_reaches_far(role: str) -> None:
    assert need_second_factor(frozenset({role})) == (role in REACHES_FAR)
    assert need_second_factor(frozenset({role, "org_admin"}))


def test_an_unknown_role_asks_for_nothing() -> None:
    assert not need_second_factor(frozenset({"emperor"}))


def test_only_intake_answers_and_a_landlords_desk_to_those_who_enter() -> None:
    assert roles_giving("referral.answer") == ["intake", "access_desk"]


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        ("association", ["org_admin", "intake"]),
        ("landlord", ["org_admin", "intake"]),
        ("umbrella", ["org_admin"]),
        ("host", ["org_admin"]),
        ("guild", []),
    ],
)
def test_what_the_first_person_of_an_organisation_gets(kind: str, roles: list[str]) -> None:
    assert policy.claiming_roles(kind) == roles
    assert policy.administrator_roles(kind) == roles[:1]


@pytest.mark.parametrize(
    ("actor", "runs"),
    [
        (SYSTEM, True),
        (Actor(user_id=None, org_id=None, channel=Channel.CLI), True),
        (Actor(user_id=None, org_id=None, permissions=frozenset({policy.PLATFORM})), True),
        (Actor(user_id=None, org_id=None), False),
        (ADMINISTRATOR, False),
    ],
)
def test_who_runs_the_platform(actor: Actor, runs: bool) -> None:
    if runs:
        policy.ensure_platform(actor)
    else:
        with pytest.raises(Forbidden):
            policy.ensure_platform(actor)
