"""Who may do what with a piece of news, before it has left and after: every cell."""

from itertools import product
from uuid import UUID, uuid4

import pytest

from maillage.kernel.actor import Actor
from maillage.kernel.errors import Conflict, Forbidden, NotFound
from maillage.network.news import policy
from maillage.network.news.models import News, NewsGroup
from maillage.network.news.states import TO, Deed, Role, Status, To, may, meant_for
from maillage.network.seats import Seats

UNSENT = (Status.DRAFT, Status.SCHEDULED)
CELLS = {
    **{(Role.WRITER, status): "read edit" for status in UNSENT},
    (Role.WRITER, Status.SENT): "read comment count moderate",
    (Role.READER, Status.SENT): "read comment",
    (Role.COORDINATOR, Status.SENT): "read comment moderate",
    (Role.LEAD, Status.SENT): "relay",
}
CELLS[Role.WRITER, Status.DRAFT] += " discard"
CELLS[Role.WRITER, Status.SCHEDULED] += " hold"


@pytest.mark.parametrize(("role", "status"), list(product(Role, Status)))
def test_each_cell(role: Role, status: Status) -> None:
    assert {deed for deed in Deed if may(deed, {role}, status)} == set(CELLS.get((role, status), "").split())


@pytest.mark.parametrize(
    ("permissions", "is_lead", "meant"),
    [
        ("", False, {To.EVERYBODY}),
        ("", True, {To.EVERYBODY, To.LEADS}),
        ("referral.send", False, {To.EVERYBODY, To.SENDERS}),
        ("referral.answer", False, {To.EVERYBODY, To.RECEIVERS}),
        ("referral.send referral.answer", True, set(TO)),
    ],
)
def test_what_is_for_whom(permissions: str, is_lead: bool, meant: set[To]) -> None:
    who = Actor(user_id=uuid4(), org_id=uuid4(), permissions=frozenset(permissions.split()))
    assert set(meant_for(who, is_lead=is_lead)) == meant


NETWORK, OTHER, GROUP, FOREIGN = (UUID(int=number) for number in range(1, 5))
MEMBER, LEADS, STRANGER = (
    Seats({GROUP: NETWORK}),
    Seats({GROUP: NETWORK}, frozenset({GROUP})),
    Seats({FOREIGN: OTHER}, frozenset({FOREIGN}), OTHER),
)
COORDINATES = Seats(coordinates=NETWORK)
READER = {Role.READER}
WHO_IS = [  # who sits where, the group that wrote it (None: the coordination), its status, who is told, what they are
    (MEMBER, None, Status.SENT, To.EVERYBODY, READER),
    (MEMBER, None, Status.SENT, To.LEADS, set()),
    (MEMBER, None, Status.SCHEDULED, To.EVERYBODY, set()),
    (MEMBER, GROUP, Status.SENT, To.EVERYBODY, READER),
    (MEMBER, GROUP, Status.DRAFT, To.EVERYBODY, set()),
    (MEMBER, FOREIGN, Status.SENT, None, set()),
    (LEADS, None, Status.SENT, To.LEADS, {Role.READER, Role.LEAD}),
    (LEADS, None, Status.DRAFT, To.EVERYBODY, set()),
    (LEADS, GROUP, Status.DRAFT, To.EVERYBODY, {Role.WRITER}),
    (LEADS, GROUP, Status.SENT, To.EVERYBODY, {Role.WRITER, Role.READER, Role.LEAD}),
    (LEADS, FOREIGN, Status.SENT, None, set()),
    (STRANGER, None, Status.SENT, To.EVERYBODY, set()),
    (STRANGER, None, Status.DRAFT, To.EVERYBODY, set()),
    (STRANGER, GROUP, Status.SENT, To.EVERYBODY, set()),
    (COORDINATES, None, Status.DRAFT, To.EVERYBODY, {Role.WRITER}),
    (COORDINATES, None, Status.SENT, To.EVERYBODY, {Role.WRITER}),
    (COORDINATES, GROUP, Status.SENT, To.EVERYBODY, {Role.COORDINATOR}),
    (COORDINATES, GROUP, Status.DRAFT, To.EVERYBODY, set()),
]


@pytest.mark.parametrize(("seats", "group_id", "status", "to", "roles"), WHO_IS)
def test_who_somebody_is(seats: Seats, group_id: UUID | None, status: Status, to: To | None, roles: set[Role]) -> None:
    who = Actor(user_id=uuid4(), org_id=uuid4())
    news = News(network_id=NETWORK, group_id=group_id, status=status)
    sent = [] if to is None else [NewsGroup(group_id=GROUP, to=to)]
    assert policy.roles_of(who, seats, news, sent) == roles


@pytest.mark.parametrize(
    ("deed", "roles", "status", "refusal"),
    [
        (Deed.READ, set(), Status.SENT, NotFound),
        (Deed.READ, READER, Status.SENT, None),
        (Deed.EDIT, READER, Status.SENT, Forbidden),
        (Deed.EDIT, {Role.WRITER}, Status.SENT, Conflict),
        (Deed.EDIT, {Role.WRITER}, Status.DRAFT, None),
    ],
)
def test_what_a_refusal_says(deed: Deed, roles: set[Role], status: Status, refusal: type[Exception] | None) -> None:
    if refusal is None:
        policy.ensure(deed, frozenset(roles), status)
    else:
        with pytest.raises(refusal):
            policy.ensure(deed, frozenset(roles), status)


def test_a_comment_is_withdrawn_by_its_author_and_by_who_wrote_the_news() -> None:
    who = Actor(user_id=UUID(int=7), org_id=uuid4())
    assert policy.may_withdraw(who, frozenset(READER), UUID(int=7))
    assert policy.may_withdraw(who, frozenset({Role.WRITER}), UUID(int=8))
    assert not policy.may_withdraw(who, frozenset(READER), UUID(int=8))
