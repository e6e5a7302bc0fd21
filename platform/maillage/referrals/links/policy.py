"""How long things last, how often they may be asked for, and who a link makes of its bearer."""

from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final

from maillage.accounts.models import Organization, OrganizationStatus
from maillage.kernel import clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.errors import DomainError
from maillage.referrals.links.models import ReferralLink
from maillage.referrals.models import Referral
from maillage.referrals.policy import ANSWER
from maillage.referrals.states import ENDED, State

ABSENCE: Final = timedelta(days=45)
LAST_DAY: Final = date.max - 2 * ABSENCE  # no calendar goes beyond
CODE_LASTS: Final = timedelta(minutes=10)
SESSION_LASTS: Final = timedelta(minutes=30)
DIGITS: Final = 8
TRIES: Final = 5

# One link runs out of codes long before its mailbox does: whoever wears one link out shuts no other one.
PAUSE: Final = timedelta(minutes=1)
WINDOW: Final = timedelta(hours=1)
CODES_OF_LINK: Final = 5
CODES_OF_MAILBOX: Final = 60
NEW_LINKS: Final = 3
LINKS_OF_MAILBOX: Final = 60


class LinkOver(DomainError):
    """Unknown, too old, used, or of a referral that waits for nothing: one answer for all."""

    status = 404
    code = "link-over"
    title = "Ce lien n’est plus valable."


class AccessClosed(DomainError):
    """No session of a link for this referral, which exists or not: one answer for all."""

    status = 404
    code = "access-closed"
    title = "Cet accès est refermé."


class Standing(Enum):
    """What a link of ours is worth now. `CLAIMED`: the organisation has people who sign in to answer."""

    LIVE = "live"
    CLAIMED = "claimed"
    EXPIRED = "expired"
    USED = "used"
    ENDED = "ended"
    DISOWNED = "disowned"


def standing(link: ReferralLink, referral: Referral, mailbox: str | None, *, claimed: bool, now: datetime) -> Standing:
    """`mailbox`: the registered one of the receiver, when it answers from there."""
    if link.expires_at <= now:
        return Standing.EXPIRED
    if State(referral.state) in ENDED | {State.DRAFT}:
        return Standing.ENDED
    if claimed:
        return Standing.CLAIMED
    if mailbox != link.mailbox:
        return Standing.DISOWNED
    return Standing.LIVE if link.used_at is None else Standing.USED


def bearer(body: Organization, link: ReferralLink) -> Actor:
    """Who reads the organisation's mailbox: may answer that one referral for it, and nothing else."""
    return Actor(
        user_id=None,
        org_id=body.id,
        country=body.country,
        org_name=body.name,
        org_kind=body.kind,
        org_vetted=body.status == OrganizationStatus.VETTED,
        permissions=frozenset({ANSWER}),
        channel=Channel.LINK,
        only=link.referral_id,
        mailbox=link.mailbox,
    )


def lasts_until(referral: Referral, country: str) -> datetime:
    """Beyond whatever day is agreed on, by an absence: a link that lapses during a holiday loses the person."""
    agreed = (referral.deadline, referral.expires_on, referral.contact_on, referral.review_on)
    today = clock.today(country)
    last: date = min(max(today, *(on for on in agreed if on is not None)), LAST_DAY)
    return datetime.combine(last, time(), tzinfo=clock.ZONES.get(country, clock.ZONES["FR"])) + ABSENCE
