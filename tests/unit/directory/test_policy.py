"""Who sees an address: every cell of the table, and nothing beside it."""

from uuid import UUID

import pytest

from maillage.directory import policy
from maillage.directory.keeping.policy import may_keep_for_team
from maillage.directory.policy import Disclosure, disclosure, may_read_note
from maillage.kernel.actor import Actor, Channel

OWNER = UUID(int=1)
OTHER = UUID(int=2)
PROFESSIONAL = frozenset({"directory.read_professional"})


def somebody(org: UUID, permissions: frozenset[str], *, vetted: bool = True) -> Actor:
    return Actor(user_id=UUID(int=9), org_id=org, org_vetted=vetted, permissions=permissions)


ACTORS = {
    "visitor": None,
    "own professional": somebody(OWNER, PROFESSIONAL),
    "own professional, not vetted": somebody(OWNER, PROFESSIONAL, vetted=False),
    "own volunteer": somebody(OWNER, frozenset({"referral.assigned"})),
    "vetted professional": somebody(OTHER, PROFESSIONAL),
    "professional not vetted": somebody(OTHER, PROFESSIONAL, vetted=False),
    "volunteer elsewhere": somebody(OTHER, frozenset({"referral.assigned"})),
    "moderator": somebody(OTHER, PROFESSIONAL | {"directory.moderate"}),
    "moderator with a narrow token": somebody(OTHER, frozenset({"platform.administer"})),
}
FULL, COMMUNE, NOTHING = Disclosure.FULL, Disclosure.COMMUNE, Disclosure.NOTHING
TABLE = {
    #                                 public  commune  partners  never
    "visitor": (FULL, COMMUNE, COMMUNE, NOTHING),
    "own professional": (FULL, FULL, FULL, FULL),
    "own professional, not vetted": (FULL, FULL, FULL, FULL),
    "own volunteer": (FULL, COMMUNE, COMMUNE, NOTHING),
    "vetted professional": (FULL, COMMUNE, FULL, NOTHING),
    "professional not vetted": (FULL, COMMUNE, COMMUNE, NOTHING),
    "volunteer elsewhere": (FULL, COMMUNE, COMMUNE, NOTHING),
    "moderator": (FULL, FULL, FULL, NOTHING),
    "moderator with a narrow token": (FULL, COMMUNE, COMMUNE, NOTHING),
}


@pytest.mark.parametrize("who", ACTORS)
def test_disclosure_table(who: str) -> None:
    found = tuple(
        disclosure(visibility, OWNER, ACTORS[who]) for visibility in ("public", "commune_only", "partners", "never")
    )
    assert found == TABLE[who]


@pytest.mark.parametrize("visibility", ["", "PUBLIC", "everyone", "publique", "nul", "None"])
@pytest.mark.parametrize("who", ACTORS)
def test_an_unknown_visibility_is_never(who: str, visibility: str) -> None:
    assert disclosure(visibility, OWNER, ACTORS[who]) == TABLE[who][3]


def test_the_professional_note_is_for_vetted_professionals() -> None:
    readers = {who for who, actor in ACTORS.items() if may_read_note(actor)}
    assert readers == {"own professional", "vetted professional", "moderator"}


NARROW = {"directory.edit", "directory.moderate", "directory.read_professional", "referral.send"}


@pytest.mark.parametrize("permission", [*sorted(NARROW), "organization.administer"])
@pytest.mark.parametrize("org", [OWNER, OTHER])
def test_each_deed_asks_for_its_own_right(permission: str, org: UUID) -> None:
    actor = somebody(org, frozenset({permission}))
    edits, moderates = permission == "directory.edit" and org == OWNER, permission == "directory.moderate"
    assert policy.may_edit(OWNER, actor) == edits
    assert policy.may_moderate(actor) == policy.may_import(actor) == moderates
    assert policy.may_refer(actor) == (permission == "referral.send")
    assert may_keep_for_team(actor) == (permission == "directory.read_professional")
    assert policy.may_see("draft", OWNER, actor) == (edits or moderates)
    assert policy.may_see("published", OWNER, actor)


def test_passing_by_opens_what_is_published_and_nothing_else() -> None:
    assert policy.may_see("published", OWNER, None)
    for status in ("draft", "closed", ""):
        assert not policy.may_see(status, OWNER, None)
    assert not policy.may_edit(OWNER, None)
    assert not policy.may_moderate(None)
    assert not policy.may_refer(None)
    assert not may_keep_for_team(None)
    assert not may_keep_for_team(Actor(user_id=UUID(int=9), org_id=None, permissions=PROFESSIONAL))


@pytest.mark.parametrize("channel", Channel)
def test_files_come_in_by_the_host(channel: Channel) -> None:
    actor = Actor(user_id=None, org_id=None, channel=channel)
    assert policy.may_import(actor) == (channel in (Channel.SYSTEM, Channel.CLI))


@pytest.mark.parametrize("vetted", [True, False])
def test_only_a_vetted_organisation_publishes_at_once(vetted: bool) -> None:
    assert policy.publishes_at_once(somebody(OWNER, PROFESSIONAL, vetted=vetted)) == vetted
