"""Telling a colleague that a situation is theirs to follow, after the commit that made it so."""

from uuid import UUID

from maillage.accounts.queries import recipients_for_users
from maillage.kernel.db import transaction
from maillage.notifications.service import post
from maillage.referrals.household import notices
from maillage.referrals.household.models import SituationReader


def tell_entrusted(situation_id: UUID, user_id: UUID) -> None:
    with transaction() as session:
        reader = session.get(SituationReader, (situation_id, user_id))
        if reader is not None:
            told = recipients_for_users(session, [user_id], org_id=reader.org_id)
            key = f"entrusted:{situation_id}:{user_id}"
            post(session, notice=notices.of_entrusting(situation_id), recipients=told, dedup_key=key)
