"""The identity, on demand: every look is journalled with why, and nobody looks at dozens of people in an hour."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, TooMany
from maillage.referrals import notices, policy, sealing
from maillage.referrals.codes import RevealReason
from maillage.referrals.content import Identity
from maillage.referrals.queries import load
from maillage.referrals.queries.details import REVEALED

HOUR = timedelta(hours=1)
CAPPED = "Vous avez ouvert beaucoup d’identités en une heure. Attendez un peu ; votre administrateur en est prévenu."

_most_per_hour = 50


def use_cap(most_per_hour: int) -> None:
    """How many identities one person may open in an hour, by any way. Set at start from the settings."""
    global _most_per_hour
    _most_per_hour = most_per_hour


def reveal(actor: Actor, *, referral_id: UUID, reason: RevealReason = RevealReason.CONTACT) -> Identity:
    """The identity, as far as it was shared; every asking leaves a trace. Raises NotFound, Forbidden, TooMany."""
    try:
        with transaction() as session:
            return _reveal(session, actor, referral_id, reason)
    except TooMany:
        _alert(actor, referral_id)
        raise


def _reveal(session: Session, actor: Actor, referral_id: UUID, reason: RevealReason) -> Identity:
    referral, side = load(session, actor, referral_id)
    if not policy.sight(side, referral, clock.now()).identity:
        raise Forbidden("L’identité n’est visible qu’une fois l’orientation acceptée.")
    identity = sealing.open_identity(sealing.referral_key(session, referral.id), referral)
    if identity is None:
        raise Conflict("L’identité n’est pas, ou n’est plus, conservée dans cette orientation.")
    audit.record(session, actor, REVEALED, "referral", referral.id, side=side.value, reason=reason.value)
    if actor.user_id is not None and _looks(session, actor) > _most_per_hour:
        raise TooMany(CAPPED)
    return identity


def _looks(session: Session, actor: Actor) -> int:
    """How often they looked within the hour, this time included: the chain is locked since it was written."""
    lately = select(func.count()).where(
        AuditEntry.actor_id == actor.user_id, AuditEntry.at > clock.now() - HOUR, AuditEntry.action == REVEALED
    )
    return session.scalar(lately) or 0


def _alert(actor: Actor, referral_id: UUID) -> None:
    """Journal what was refused, and tell the organisation's administrators once an hour."""
    assert actor.org_id is not None
    with transaction() as session:
        audit.record(session, actor, "referral.reveal_refused", "referral", referral_id)
    hour = clock.now().strftime("%Y%m%d%H")
    alert = f"{actor.user_id}:{hour}"
    with suppress(Conflict), transaction() as session:  # told already
        payload = {"org_id": str(actor.org_id), "alert": alert}
        outbox.enqueue(session, notices.JOB_REVEALS, payload, dedup_key=f"referral.reveals:{alert}")
