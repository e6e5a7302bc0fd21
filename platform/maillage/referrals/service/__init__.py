"""The verbs of situations and referrals. Each owns its transaction: state, event, audit entry and notice together."""

from maillage.referrals.service.advising import ask_advice
from maillage.referrals.service.answering import act
from maillage.referrals.service.barring import bar, barred, lift, step_aside
from maillage.referrals.service.calling import note_call
from maillage.referrals.service.comparing import Compared, compare_next, compare_receivers
from maillage.referrals.service.expiry import expire_due
from maillage.referrals.service.following import assign, candidates, give_back, open_referral, write
from maillage.referrals.service.moving import Standing
from maillage.referrals.service.reminding import climb_due, hold
from maillage.referrals.service.revealing import reveal
from maillage.referrals.service.sending import refer
from maillage.referrals.service.situations import Kept, create_situation, delete_draft, update_situation

__all__ = [
    "Compared",
    "Kept",
    "Standing",
    "act",
    "ask_advice",
    "assign",
    "bar",
    "barred",
    "candidates",
    "climb_due",
    "compare_next",
    "compare_receivers",
    "create_situation",
    "delete_draft",
    "expire_due",
    "give_back",
    "hold",
    "lift",
    "note_call",
    "open_referral",
    "refer",
    "reveal",
    "step_aside",
    "update_situation",
    "write",
]
