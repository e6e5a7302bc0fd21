"""What the host does to the platform itself: jobs given another life, traces that have served swept away."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete

from maillage.accounts import policy
from maillage.accounts.models import AccessGrant, SignInAttempt, UserSession
from maillage.kernel import audit, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import NotFound

KEPT: Final = timedelta(days=30)


def replay_job(actor: Actor, *, job_id: UUID) -> None:
    """Try a dead letter again."""
    policy.ensure_platform(actor)
    with transaction() as session:
        job = session.get(outbox.OutboxJob, job_id)
        if job is None or job.dead_at is None:
            raise NotFound()
        outbox.replay(session, job_id)
        audit.record(session, actor, "job.replayed", "job", job_id, kind=job.kind)


def sweep(now: datetime) -> None:
    """Drop tries, links and sessions that have not counted for a month; a device unseen for longer is new again."""
    before = now - KEPT
    with transaction() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < before))
        session.execute(delete(AccessGrant).where(AccessGrant.expires_at < before))
        session.execute(delete(UserSession).where(UserSession.last_seen_at < before))
