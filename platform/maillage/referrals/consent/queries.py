"""What stands behind a referral, for the side that sent it."""

from uuid import UUID

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.referrals import sealing
from maillage.referrals.codes import Side
from maillage.referrals.consent.content import Ground
from maillage.referrals.consent.models import ReferralGround
from maillage.referrals.consent.sealing import open_ground
from maillage.referrals.queries import load


def ground_of(session: Session, actor: Actor, referral_id: UUID) -> Ground:
    """What the sender noted at sending; empty for everybody else, and where nothing was noted. Raises NotFound."""
    row = session.get(ReferralGround, referral_id)
    if row is None:
        return Ground()
    referral, side = load(session, actor, referral_id)
    key = sealing.referral_keys(session, [referral_id]).get(referral_id) if side is Side.SENDER else None
    return open_ground(key, referral, row) if key is not None else Ground()
