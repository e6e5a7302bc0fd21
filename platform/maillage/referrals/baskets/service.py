"""Noting that a partner was called."""

from uuid import UUID

from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, NotFound
from maillage.referrals import policy
from maillage.referrals.baskets import queries
from maillage.referrals.baskets.models import PartnerCall


def note_call(actor: Actor, *, partner_id: UUID) -> str:
    """Note that the actor has just called a partner that lets something wait; its name. Raises NotFound for others."""
    if not actor.can(policy.LEAD) or actor.org_id is None or actor.user_id is None:
        raise Forbidden()
    with transaction() as session:
        found = next((it for it in queries.partners(session, actor) if it.org_id == partner_id), None)
        if found is None:
            raise NotFound()
        session.add(PartnerCall(org_id=actor.org_id, user_id=actor.user_id, partner_id=partner_id))
        audit.record(session, actor, "network.call", "organization", partner_id)
        return found.name
