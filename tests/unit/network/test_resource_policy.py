"""Who may do what with a resource, against tables written by hand."""

from itertools import product
from uuid import UUID

import pytest

from maillage.kernel.actor import Actor
from maillage.kernel.errors import Forbidden, NotFound
from maillage.network.groups.models import Audience
from maillage.network.resources import policy
from maillage.network.resources.kinds import KINDS, LABELS, LICENCES, Kind, Licence
from maillage.network.resources.models import Resource
from maillage.network.resources.policy import Deed, Part
from maillage.network.resources.service import NEEDED

EXPECTED = {  # "no": reads it and may not; "unknown": there is no such thing
    #            read      use       revise    withdraw
    "stranger": "unknown   unknown   unknown   unknown",
    "reader":   "yes       yes       no        no",
    "author":   "yes       yes       yes       yes",
    "animator": "yes       yes       yes       yes",
}  # fmt: skip
HERE, ELSEWHERE, NETWORK, OTHER = (UUID(int=number) for number in (1, 2, 3, 4))
ME, MY_ORG = UUID(int=8), UUID(int=9)
WHO = [  # who wrote it, audience, my groups, my networks, those that I lead, the network that I coordinate
    ("me", Audience.GROUP, [HERE], [NETWORK], [], None, Part.AUTHOR),
    ("other", Audience.GROUP, [HERE], [NETWORK], [], None, Part.READER),
    ("colleague", Audience.GROUP, [HERE], [NETWORK], [], None, Part.READER),
    ("me elsewhere", Audience.GROUP, [HERE], [NETWORK], [], None, Part.READER),
    ("me", Audience.GROUP, [ELSEWHERE], [NETWORK], [], None, Part.STRANGER),
    ("me", Audience.NETWORK, [ELSEWHERE], [NETWORK], [], None, Part.READER),
    ("other", Audience.NETWORK, [ELSEWHERE], [NETWORK], [], None, Part.READER),
    ("other", Audience.GROUP, [ELSEWHERE], [NETWORK], [ELSEWHERE], None, Part.STRANGER),
    ("other", Audience.NETWORK, [ELSEWHERE], [OTHER], [ELSEWHERE], None, Part.STRANGER),
    ("other", Audience.GROUP, [HERE], [NETWORK], [HERE], None, Part.ANIMATOR),
    ("other", Audience.GROUP, [], [], [], NETWORK, Part.ANIMATOR),
    ("other", Audience.NETWORK, [], [], [], OTHER, Part.STRANGER),
    ("me", Audience.GROUP, [], [], [], None, Part.STRANGER),
]
AUTHORS = {
    "me": (ME, MY_ORG),
    "other": (UUID(int=10), UUID(int=11)),
    "colleague": (UUID(int=10), MY_ORG),
    "me elsewhere": (ME, UUID(int=11)),
}


@pytest.mark.parametrize(("part", "deed"), [*product(Part, Deed)])
def test_every_cell(part: Part, deed: Deed) -> None:
    expected = EXPECTED[part].split()[list(Deed).index(deed)]
    if expected == "yes":
        policy.ensure(part, deed)
    else:
        with pytest.raises(NotFound if expected == "unknown" else Forbidden):
            policy.ensure(part, deed)


@pytest.mark.parametrize(("author", "audience", "groups", "networks", "leads", "coordinates", "part"), WHO)
def test_who_somebody_is(
    author: str,
    audience: Audience,
    groups: list[UUID],
    networks: list[UUID],
    leads: list[UUID],
    coordinates: UUID | None,
    part: Part,
) -> None:
    user_id, org_id = AUTHORS[author]
    resource = Resource(group_id=HERE, network_id=NETWORK, audience=audience, user_id=user_id, org_id=org_id)
    actor = Actor(user_id=ME, org_id=MY_ORG)
    found = policy.part_of(actor, resource, groups=groups, networks=networks, leads=leads, coordinates=coordinates)
    assert found is part


def test_the_tables_of_kinds_are_whole() -> None:
    assert set(KINDS) == set(Kind) == {Kind(code) for code in LABELS}
    assert set(LICENCES) == set(Licence)
    for kind, row in KINDS.items():
        assert row.asks and set(row.needed) <= set(row.asks) & set(NEEDED), kind
        assert row.file or row.needed, "there would be nothing to share"
