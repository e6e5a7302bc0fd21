"""The roles table, and the rules that read it."""

from uuid import UUID

import pytest

from maillage.accounts import policy
from maillage.accounts.models import OrganizationKind
from maillage.accounts.roles import PERMISSIONS, ROLES, labels_of, permissions_of
from maillage.accounts.words import KINDS, STATUS_TONES, STATUSES
from maillage.kernel.actor import SYSTEM, Actor, Channel
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound

ORG, OTHER = UUID(int=1), UUID(int=2)
ANNE, BEN, CHLOE = UUID(int=11), UUID(int=12), UUID(int=13)

MAY = {
    "referent": "directory.read_professional referral.send referral.read_own referral.read_organization "
    "referral.inside network.take_part",
    "supervisor": "directory.read_professional referral.send referral.read_own referral.read_organization "
    "referral.inside referral.override network.take_part",
    "colleague": "directory.read_professional referral.send referral.read_own referral.inside",
    "intake": "directory.read_professional directory.edit referral.send referral.read_own "
    "referral.read_organization referral.answer referral.inside network.take_part",
    "access_desk": "directory.read_professional referral.answer",
    "volunteer": "referral.assigned",
    "lead": "directory.read_professional network.take_part network.lead",
    "coordinator": "directory.read_professional network.take_part network.lead network.coordinate",
    "cell_chair": "directory.read_professional network.take_part cell.chair",
    "org_admin": "directory.read_professional directory.edit organization.administer organization.audit "
    "network.take_part",
    "platform_admin": "directory.read_professional directory.moderate platform.administer organization.audit",
}


def somebody(*permissions: str, org_id: UUID = ORG) -> Actor:
    return Actor(user_id=ANNE, org_id=org_id, permissions=frozenset(permissions))


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_every_cell_of_the_table(role: str, permission: str) -> None:
    assert (permission in ROLES[role].permissions) == (permission in MAY[role].split())


def test_roles_speak_of_known_permissions_and_kinds() -> None:
    for row in ROLES.values():
        assert row.permissions <= set(PERMISSIONS)
        assert row.organizations <= set(OrganizationKind)
        assert row.label


def test_roles_add_up_and_an_unknown_one_gives_nothing() -> None:
    both = {*MAY["volunteer"].split(), *MAY["lead"].split()}
    assert permissions_of(frozenset({"volunteer", "lead", "emperor"})) == both
    assert permissions_of(frozenset()) == frozenset()
    assert labels_of(frozenset({"lead", "referent"})) == ["Référent social", "Chef de réseau"]


def test_every_kind_and_state_has_words() -> None:
    assert set(KINDS) == set(OrganizationKind)
    assert set(STATUSES) == set(STATUS_TONES)


@pytest.mark.parametrize("kind", list(OrganizationKind))
def test_every_kind_can_be_administered_and_only_the_host_runs_the_platform(kind: str) -> None:
    assert policy.administrator_roles(kind) == ["org_admin"]
    assert ("platform_admin" in policy.roles_open_to(SYSTEM, kind)) == (kind == "host")
    assert "platform_admin" not in policy.roles_open_to(somebody(policy.ORGANIZATION), kind)


@pytest.mark.parametrize(
    ("kind", "roles", "given"),
    [
        ("landlord", ["lead", "referent", "lead"], ["referent", "lead"]),
        ("umbrella", ["coordinator"], ["coordinator"]),
        ("association", ["coordinator"], None),
        ("host", ["referent"], None),
        ("landlord", ["emperor"], None),
        ("landlord", [], None),
    ],
)
def test_roles_belong_to_kinds(kind: str, roles: list[str], given: list[str] | None) -> None:
    if given is None:
        with pytest.raises(Invalid):
            policy.ensure_roles(SYSTEM, kind, roles)
    else:
        assert policy.ensure_roles(SYSTEM, kind, roles) == given


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (somebody(policy.ORGANIZATION), None),
        (somebody("referral.send"), Forbidden),
        (somebody(policy.ORGANIZATION, org_id=OTHER), NotFound),
        (somebody("referral.send", org_id=OTHER), NotFound),
        (somebody(policy.PLATFORM, org_id=OTHER), None),
        (SYSTEM, None),
        (Actor(user_id=None, org_id=None, channel=Channel.CLI), None),
    ],
)
def test_who_administers_an_organisation(actor: Actor, refusal: type[Exception] | None) -> None:
    if refusal is None:
        policy.ensure_administers(actor, ORG)
    else:
        with pytest.raises(refusal):
            policy.ensure_administers(actor, ORG)


@pytest.mark.parametrize(
    ("members", "left_with", "refused"),
    [
        ({ANNE: {"org_admin"}}, set(), True),
        ({ANNE: {"org_admin"}}, {"intake"}, True),
        ({ANNE: {"org_admin"}}, {"intake", "org_admin"}, False),
        ({ANNE: {"org_admin"}, BEN: {"intake"}}, set(), True),
        ({ANNE: {"org_admin"}, BEN: {"org_admin"}}, set(), False),
        ({ANNE: {"intake"}, BEN: {"org_admin"}}, set(), False),
        ({ANNE: {"platform_admin"}, BEN: {"org_admin"}}, set(), True),
        ({ANNE: {"platform_admin"}, CHLOE: {"platform_admin"}}, set(), False),
        ({BEN: {"org_admin"}}, set(), False),
    ],
)
def test_somebody_stays_in_charge(members: dict[UUID, set[str]], left_with: set[str], refused: bool) -> None:
    held = {user_id: frozenset(roles) for user_id, roles in members.items()}
    if refused:
        with pytest.raises(Conflict):
            policy.ensure_not_last(held, ANNE, frozenset(left_with))
    else:
        policy.ensure_not_last(held, ANNE, frozenset(left_with))


def test_scopes_stay_within_the_roles() -> None:
    held = frozenset({"referral.send", "referral.read_own"})
    assert policy.ensure_scopes(["referral.read_own"], held) == ["referral.read_own"]
    for scopes in ([], ["referral.answer"], ["referral.send", "everything"]):
        with pytest.raises(Invalid):
            policy.ensure_scopes(scopes, held)
