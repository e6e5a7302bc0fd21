"""The days of a referral, as our sentences say them."""

from maillage.referrals.queries import ReferralView
from maillage.web.templating import day


def until(view: ReferralView) -> str:
    return f" avant le {day(view.dates.expires_on)}" if view.dates.expires_on else ""


def on(view: ReferralView, name: str) -> str:
    value = getattr(view.dates, name)
    return f" le {day(value)}" if value else ""


def since(view: ReferralView, name: str) -> str:
    value = getattr(view.dates, name)
    return f" depuis le {day(value)}" if value else ""
