"""The ground of a referral, sealed and opened. Bound to the sender alone: it is the sender's own account."""

from maillage.kernel.crypto import seal, unseal
from maillage.referrals.consent.content import Ground
from maillage.referrals.consent.models import ReferralGround
from maillage.referrals.models import Referral
from maillage.referrals.sealing import context


def sealed_ground(key: bytes, referral: Referral, ground: Ground) -> ReferralGround:
    sealed = seal(key, ground.model_dump(mode="json", exclude_defaults=True), _of(referral))
    return ReferralGround(referral_id=referral.id, org_id=referral.sender_org_id, sealed=sealed)


def open_ground(key: bytes, referral: Referral, row: ReferralGround) -> Ground:
    return Ground.model_validate(unseal(key, row.sealed, _of(referral)))


def _of(referral: Referral) -> str:
    return context("referral_ground", referral.id, "ground", referral.sender_org_id)
