"""Reads of referrals. Every one begins with what the actor may see."""

from maillage.referrals.queries.details import history, referral_view, situation_view, terms_of, thread, view_of
from maillage.referrals.queries.frame import frame
from maillage.referrals.queries.lists import drafts, inbox, my_work, services_sent_to
from maillage.referrals.queries.results import (
    Dates,
    Draft,
    Frame,
    Hop,
    MessageLine,
    Party,
    ReferralLine,
    ReferralView,
    Reveal,
    Sibling,
    SituationView,
    TimelineEntry,
    Work,
)
from maillage.referrals.queries.scope import load, load_situation, visible, visible_situations

__all__ = [
    "Dates",
    "Draft",
    "Frame",
    "Hop",
    "MessageLine",
    "Party",
    "ReferralLine",
    "ReferralView",
    "Reveal",
    "Sibling",
    "SituationView",
    "TimelineEntry",
    "Work",
    "drafts",
    "frame",
    "history",
    "inbox",
    "load",
    "load_situation",
    "my_work",
    "referral_view",
    "services_sent_to",
    "situation_view",
    "terms_of",
    "thread",
    "view_of",
    "visible",
    "visible_situations",
]
