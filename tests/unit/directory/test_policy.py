"""Who sees an address: every cell of the table, and nothing beside it."""

from uuid import UUID

import pytest

from maillage.directory.policy import Disclosure, disclosure, may_read_note
from maillage.kernel.actor import Actor

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
