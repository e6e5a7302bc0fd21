"""Keeping what stands behind a handoff that leaves, inside the transaction of its sending."""

from sqlalchemy.orm import Session

from maillage.kernel import audit, outbox
from maillage.kernel.actor import Actor
from maillage.referrals.consent import notices
from maillage.referrals.consent.content import Ground
from maillage.referrals.consent.sealing import sealed_ground
from maillage.referrals.models import Referral


def keep_ground(session: Session, actor: Actor, referral: Referral, key: bytes, ground: Ground) -> None:
    """Seal the ground under the referral's key; an override is told to whoever is in charge."""
    session.add(sealed_ground(key, referral, ground))
    if ground.opposed:
        audit.record(session, actor, "referral.override", "referral", referral.id)
        outbox.enqueue(
            session,
            notices.JOB_OVERRIDDEN,
            {"referral_id": str(referral.id), "by": str(actor.user_id)},
            dedup_key=f"{notices.JOB_OVERRIDDEN}:{referral.id}",
        )
