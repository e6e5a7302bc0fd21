"""Who joins, reads and takes back a document."""

from datetime import datetime

from maillage.kernel.actor import Actor
from maillage.referrals import policy
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.codes import Side
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral

MOST_DOCUMENTS = 12


def may_attach(actor: Actor, side: Side, referral: Referral, now: datetime) -> bool:
    """Whoever may write to the other side may join something to what is written; the key is made at sending. A paper
    names somebody: none goes where nobody is named."""
    return row_of(referral).names and referral.sent_at is not None and policy.may_write(actor, side, referral, now)


def may_read(side: Side, referral: Referral, document: ReferralDocument, now: datetime) -> bool:
    """A document of the sender's names the person: the receiver reads it where it may read the identity."""
    sight = policy.sight(side, referral, now)
    from_sender = document.side == Side.SENDER
    return sight.identity if side is Side.RECEIVER and from_sender else sight.words


def may_remove(actor: Actor, side: Side, referral: Referral, document: ReferralDocument) -> bool:
    """Its own side, as long as it acts in the referral; what was read meanwhile was read."""
    return document.side == side and actor.can(policy.right_of(side, referral))
