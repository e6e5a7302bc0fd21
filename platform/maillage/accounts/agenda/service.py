"""Opening, replacing and closing the private address of one's calendar."""

from sqlalchemy import delete

from maillage.accounts.agenda.models import CalendarFeed
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, NotFound
from maillage.kernel.ids import new_secret


def open_feed(actor: Actor) -> str:
    """A new address; its secret is returned this once, and the address of before leads nowhere."""
    if actor.user_id is None:
        raise Forbidden()
    secret = new_secret()
    with transaction() as session:
        session.merge(CalendarFeed(user_id=actor.user_id, secret_hash=hash_secret(secret), created_at=clock.now()))
        audit.record(session, actor, "agenda.opened", "user", actor.user_id)
    return secret


def close_feed(actor: Actor) -> None:
    """Void the address, at its next use. Raises NotFound where there is none."""
    with transaction() as session:
        closed = session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == actor.user_id))
        if closed.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE gives a CursorResult
            raise NotFound()
        audit.record(session, actor, "agenda.closed", "user", actor.user_id)
