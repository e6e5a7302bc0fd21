"""The words of our notices: they never say who it is about."""

from uuid import UUID

from maillage.notifications import kinds
from maillage.notifications.values import Notice

JOB_ENTRUSTED = "household.entrusted"
JOB_RESCUED = "household.rescued"

ENTRUSTED = kinds.register_plain("household.entrusted", "Une situation vous est confiée", kinds.Group.FILES)
RESCUED = kinds.register_plain(
    "household.rescued", "Un dossier suivi à part a perdu ou retrouvé qui le lit", kinds.Group.FILES
)
OPPOSED = kinds.register_plain(
    "household.opposed", "Une situation que vous suivez attend une décision", kinds.Group.FILES
)


def of_rescue() -> Notice:
    return Notice(RESCUED.code, "/administration/journal", None)


def of_unread() -> Notice:
    return Notice(RESCUED.code, "/administration/dossiers-sans-lecteur", None)


def of_opposed(situation_id: UUID) -> Notice:
    return Notice(OPPOSED.code, f"/situations/{situation_id}/opposes", situation_id)


def of_entrusting(situation_id: UUID) -> Notice:
    return Notice(ENTRUSTED.code, f"/situations/{situation_id}", situation_id)
