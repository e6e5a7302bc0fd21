"""The words of our notices: they never say who it is about, nor who opened it."""

from maillage.notifications import kinds
from maillage.notifications.values import Notice
from maillage.referrals.glass.models import GlassBreak

JOB_BROKEN = "referrals.glass_notice"

OPENED = kinds.register_plain(
    "referral.glass", "Quelqu’un ouvre une orientation hors de son périmètre", kinds.Group.HOUSE
)


def of_opening(glass: GlassBreak) -> Notice:
    link = f"/orientations/{glass.referral_id}" if glass.referral_id else f"/situations/{glass.situation_id}"
    return Notice(OPENED.code, link, glass.referral_id or glass.situation_id)


def for_administrators() -> Notice:
    return Notice(OPENED.code, "/administration/journal", None)
