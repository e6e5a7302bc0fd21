"""What the frame of every page shows of what waits and of what is late."""

from sqlalchemy.exc import SQLAlchemyError

from maillage.kernel.db import session
from maillage.referrals import queries
from maillage.referrals.queries import Frame
from maillage.web.authz import optional_actor


def frame() -> dict[str, object]:
    """The counts of the header, and what is late."""
    who = optional_actor()
    try:
        found = queries.frame(session(), who) if who else Frame()
    except SQLAlchemyError:  # the page that says that the database is away must still render
        session().rollback()
        found = Frame()
    return {"todo_count": found.todo, "unread_count": found.unread, "late": found}
