"""The verbs of a household's file. Each owns its transaction: what is sealed and its audit entry together."""

from maillage.referrals.household.service.apart import add_person, keep_apart, let_read
from maillage.referrals.household.service.file import (
    assess,
    describe,
    follow_procedure,
    know_around,
    note,
    note_read,
    open_file,
    plan_next,
)
from maillage.referrals.household.service.opposed import oppose, tell_met, unsay
from maillage.referrals.household.service.rescue import (
    may_read_instead,
    rescue,
    tell_rescued,
    tell_unread,
    unread_files,
)
from maillage.referrals.household.service.telling import tell_entrusted

__all__ = [
    "add_person",
    "assess",
    "describe",
    "follow_procedure",
    "keep_apart",
    "know_around",
    "let_read",
    "may_read_instead",
    "note",
    "note_read",
    "open_file",
    "oppose",
    "plan_next",
    "rescue",
    "tell_entrusted",
    "tell_met",
    "tell_rescued",
    "tell_unread",
    "unread_files",
    "unsay",
]
