"""Who may do what with a piece of news, before it has left and after: every cell."""

from itertools import product
from uuid import uuid4

import pytest

from maillage.kernel.actor import Actor
from maillage.network.news.states import TO, Deed, Role, Status, To, may, meant_for

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
