"""Tries that may not follow each other too fast: after five in a quarter of an hour the wait doubles, up to 5 minutes.

A try refused for its haste is not counted, and a success or a mailed link clears the rest: nobody is locked out for
good by somebody else's tries.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from maillage.accounts.models import SignInAttempt
from maillage.kernel import clock
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import transaction
from maillage.kernel.errors import Busy, Invalid, TooMany
from maillage.kernel.ids import new_id

log = structlog.get_logger(__name__)

WINDOW = timedelta(minutes=15)
FREE = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=5)


def take(subject: str) -> UUID:
    """Count one more try, before it is judged so that simultaneous ones count too. Raises TooMany."""
    with transaction() as session:
        wait = _wait(session, subject)
        if wait > timedelta():
            _note("too many tries", subject)
            minutes = -(-wait // timedelta(minutes=1))
            refusal = TooMany(f"Trop d’essais. Réessayez dans {minutes} minute{'s' if minutes > 1 else ''}.")
            refusal.retry_after = -(-wait // timedelta(seconds=1))
            raise refusal
        attempt = SignInAttempt(id=new_id(), subject=_hashed(subject))
        session.add(attempt)
    return attempt.id


@contextmanager
def counted(subject: str) -> Iterator[None]:
    """Count the try made in the block, unless it could not be judged for want of room."""
    attempt_id = take(subject)
    try:
        yield
    except Busy:
        with transaction() as session:
            session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))
        raise
    except Invalid:
        refused(subject)
        raise


def refused(subject: str) -> None:
    """Note in the log that what was given was wrong: at which door, and a mark that tells one person from another."""
    _note("credentials refused", subject)


def forget(session: Session, subject: str) -> None:
    """Clear the tries, in the caller's transaction."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.subject == _hashed(subject)))


def recent(session: Session, subject: str) -> int:
    """How many tries count at present."""
    return _tries(session, subject)[0]


def _wait(session: Session, subject: str) -> timedelta:
    tries, last = _tries(session, subject)
    if tries < FREE or last is None:
        return timedelta()
    wait: timedelta = min(FIRST_WAIT * 2 ** (tries - FREE), LONGEST_WAIT)
    return last + wait - clock.now()


def _tries(session: Session, subject: str) -> tuple[int, datetime | None]:
    since = clock.now() - WINDOW
    row = session.execute(
        select(func.count(), func.max(SignInAttempt.at)).where(
            SignInAttempt.subject == _hashed(subject), SignInAttempt.at > since
        )
    ).one()
    return row[0], row[1]


def _note(event: str, subject: str) -> None:
    log.warning(event, door=subject.partition("|")[0], who=_hashed(subject)[:16])


def _hashed(subject: str) -> str:
    return hash_secret(subject.casefold())
