"""What the frame of every page shows of referrals."""

from sqlalchemy.exc import SQLAlchemyError

from maillage.kernel.db import session
from maillage.referrals import queries
from maillage.web.authz import optional_actor


def frame() -> dict[str, object]:
    """The count of "À traiter" in the header."""
    who = optional_actor()
    try:
        return {"todo_count": queries.todo_count(session(), who) if who else 0}
    except SQLAlchemyError:  # the page that says that the database is away must still render
        session().rollback()
        return {"todo_count": 0}
