"""Documents of a referral and answers by mailed link: who may what, by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from maillage.accounts.models import Organization
from maillage.kernel.actor import Actor, Channel
from maillage.referrals.attachments import policy as documents
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.codes import Kind, Side
from maillage.referrals.links import policy as links
from maillage.referrals.links.models import ReferralLink
from maillage.referrals.links.policy import Standing
from maillage.referrals.models import Referral
from maillage.referrals.states import State

LANDLORD, ASSOCIATION, ME = UUID(int=1), UUID(int=2), UUID(int=11)
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def referral(state: str = "seen", **given: Any) -> Referral:
    values = {
        "kind": Kind.REFERRAL,
        "sender_org_id": LANDLORD,
        "receiver_org_id": ASSOCIATION,
        "sent_at": NOW,
        "relayed": False,
    }
    return Referral(id=UUID(int=5), state=state, **(values | given))


def somebody(org_id: UUID, *permissions: str) -> Actor:
    return Actor(user_id=ME, org_id=org_id, permissions=frozenset(permissions), org_vetted=True)


def of(side: Side) -> ReferralDocument:
    return ReferralDocument(side=side)


@pytest.mark.parametrize(
    ("side", "permission", "state", "sent", "may"),
    [
        (Side.SENDER, "referral.send", "seen", NOW, True),
        (Side.SENDER, "referral.send", "seen", None, False),
        (Side.SENDER, "referral.answer", "seen", NOW, False),
        (Side.SENDER, "referral.send", "declined", NOW, False),
        (Side.RECEIVER, "referral.answer", "seen", NOW, True),
        (Side.RECEIVER, "referral.send", "seen", NOW, False),
    ],
)
def test_who_writes_joins(side: Side, permission: str, state: str, sent: datetime | None, may: bool) -> None:
    actor = somebody(LANDLORD if side is Side.SENDER else ASSOCIATION, permission)
    assert documents.may_attach(actor, side, referral(state, sent_at=sent), NOW) == may
    assert not documents.may_attach(actor, side, referral(state, sent_at=sent, kind=Kind.ADVICE), NOW)


@pytest.mark.parametrize(
    ("state", "side", "author", "may"),
    [
        ("seen", Side.SENDER, Side.SENDER, True),
        ("seen", Side.SENDER, Side.RECEIVER, True),
        ("seen", Side.RECEIVER, Side.RECEIVER, True),
        ("seen", Side.RECEIVER, Side.SENDER, False),
        ("accepted", Side.RECEIVER, Side.SENDER, True),
        ("declined", Side.RECEIVER, Side.RECEIVER, False),
        ("declined", Side.SENDER, Side.RECEIVER, True),
    ],
)
def test_a_document_of_the_sender_is_read_with_the_identity(state: str, side: Side, author: Side, may: bool) -> None:
    assert documents.may_read(side, referral(state), of(author), NOW) == may


def test_who_relayed_reads_the_documents_and_not_the_identity() -> None:
    assert documents.may_read(Side.SENDER, referral(relayed=True), of(Side.SENDER), NOW)


@pytest.mark.parametrize(
    ("author", "permission", "may"),
    [
        (Side.SENDER, "referral.send", True),
        (Side.RECEIVER, "referral.send", False),
        (Side.SENDER, "referral.answer", False),
    ],
)
def test_a_document_is_taken_back_by_its_own_side(author: Side, permission: str, may: bool) -> None:
    assert documents.may_remove(somebody(LANDLORD, permission), Side.SENDER, referral(), of(author)) == may


@pytest.mark.parametrize("state", State)
def test_a_link_ends_with_its_referral(state: State) -> None:
    over = {"draft", "declined", "redirected", "completed", "cancelled", "expired", "entered_in_error"}
    found = links.standing(link(), referral(state), "accueil@b.example", claimed=False, now=NOW)
    assert found is (Standing.ENDED if state in over else Standing.LIVE)


@pytest.mark.parametrize(
    ("given", "mailbox", "claimed", "worth"),
    [
        ({}, "accueil@b.example", False, Standing.LIVE),
        ({}, "accueil@b.example", True, Standing.CLAIMED),
        ({}, "autre@b.example", False, Standing.DISOWNED),
        ({}, None, False, Standing.DISOWNED),
        ({"used_at": NOW}, "accueil@b.example", False, Standing.USED),
        ({"expires_at": NOW}, "accueil@b.example", False, Standing.EXPIRED),
        ({"expires_at": NOW + timedelta(seconds=1)}, "accueil@b.example", False, Standing.LIVE),
    ],
)
def test_what_a_link_is_worth(given: dict[str, Any], mailbox: str | None, claimed: bool, worth: Standing) -> None:
    assert links.standing(link(**given), referral(), mailbox, claimed=claimed, now=NOW) is worth


@pytest.mark.parametrize(("status", "vetted"), [("vetted", True), ("pending", False), ("suspended", False)])
def test_a_link_makes_somebody_who_answers_one_referral_and_nothing_else(status: str, vetted: bool) -> None:
    body = Organization(id=ASSOCIATION, country="FR", name="Les Jardins", kind="association", status=status)
    actor = links.bearer(body, link())
    assert (actor.user_id, actor.org_id, actor.only) == (None, ASSOCIATION, UUID(int=5))
    assert (actor.permissions, actor.org_vetted) == ({"referral.answer"}, vetted)
    assert actor.channel is Channel.LINK


def test_a_link_outlasts_what_was_agreed_by_an_absence() -> None:
    agreed = date(2999, 1, 1)
    assert links.lasts_until(referral(contact_on=agreed), "FR").date() == agreed + links.ABSENCE


def link(**given: Any) -> ReferralLink:
    values: dict[str, Any] = {"mailbox": "accueil@b.example", "expires_at": NOW + timedelta(days=1), "used_at": None}
    return ReferralLink(referral_id=UUID(int=5), **(values | given))
