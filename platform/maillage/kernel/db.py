"""The session and the one transaction helper. No other module commits."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog
from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import TransactionStatus
from sqlalchemy import DateTime, Engine, MetaData, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from maillage.kernel.errors import Conflict, Unavailable

log = structlog.get_logger(__name__)

WRITES = "maillage_writes"
READ_ONLY = "25006"  # PostgreSQL's read_only_sql_transaction, an internal error to its driver

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC datetimes out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def session() -> Session:
    """The session of this request or job, for reading. Writing goes through `transaction()`."""
    return db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """One write transaction, committed at the end of the block or rolled back whole.

    SQLite takes its write lock at once (BEGIN IMMEDIATE), so two writers queue instead of failing half-way.
    A verb owns its transaction: opening a second one inside is a programming error.
    """
    current = db.session()
    if current.info.get("writing"):
        raise RuntimeError("a verb opened a transaction inside another verb's transaction")
    current.rollback()  # leaves the snapshot of earlier reads, so that the verb decides on what is true now
    current.info["writing"] = True
    hooks: list[Callable[[], None]] = []
    current.info["after_commit"] = hooks
    try:
        current.connection(execution_options={WRITES: True})
        yield current
        current.commit()
    except IntegrityError as error:
        current.rollback()
        if not _met_another(error):
            raise
        raise Conflict("Cet enregistrement existe déjà ou vient de changer.") from error
    except (OperationalError, InternalError) as error:
        current.rollback()
        if not is_away(error):
            raise
        log.error("database unavailable", error=type(error.orig).__name__)
        raise Unavailable() from error
    except BaseException:
        current.rollback()
        raise
    finally:
        current.info.pop("writing", None)
        current.info.pop("after_commit", None)
    for hook in hooks:
        hook()


# A row that exists already, or one that is gone: another was faster. Anything else is a mistake of ours.
_RIVALRY = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY,
    "23505",  # unique_violation
    "23503",  # foreign_key_violation
}


def _met_another(error: IntegrityError) -> bool:
    return bool({getattr(error.orig, "sqlite_errorcode", None), getattr(error.orig, "sqlstate", None)} & _RIVALRY)


def is_away(error: DBAPIError) -> bool:
    """Whether the database is away, full or broken, or may only be read: not a mistake of ours."""
    return isinstance(error, OperationalError) or getattr(error.orig, "sqlstate", None) == READ_ONLY


def after_commit(hook: Callable[[], None]) -> None:
    """Run `hook` once the current transaction is durable. For wake-ups only: what must happen is an outbox row."""
    hooks: list[Callable[[], None]] = db.session().info["after_commit"]
    if hook not in hooks:
        hooks.append(hook)


def prepare_engine(engine: Engine) -> None:
    """Give an engine the durability and locking that the verbs count on."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "do_connect", _postgresql_connection)


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own implicit BEGIN would come too late
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class KeepingPlans(psycopg.Connection[Any]):
    """psycopg prepares a statement that comes back, and forgets all of them at each rollback. Reading ends in one here,
    so nothing would stay prepared, and what goes through the walls takes longer to plan than to run. A transaction
    that wrote and locked nothing therefore ends by a commit, to the same effect."""

    def rollback(self) -> None:
        """On a connection that was lost there is nothing left to undo: a page that was read before is still right."""
        try:
            if self.info.transaction_status is TransactionStatus.INTRANS and self._left_no_trace():
                self.commit()
            else:
                super().rollback()
        except psycopg.OperationalError:
            if not self.broken:
                raise

    def _left_no_trace(self) -> bool:
        """Whether the transaction has no number: it gets one when it first writes, or locks a row."""
        row = self.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()
        return row is not None and row[0] is None


def _postgresql_connection(
    _dialect: Dialect, _record: object, cargs: tuple[Any, ...], cparams: dict[str, Any]
) -> KeepingPlans:
    # With all that the walls look at, the statements of a page of 16 ms took 50 to plan, and one took 500 to compile.
    cparams["options"] = f"{cparams.get('options', '')} -c jit=off -c plan_cache_mode=force_generic_plan"
    cparams["prepare_threshold"] = 2  # psycopg waits for five uses, all planned anew
    return KeepingPlans.connect(*cargs, **cparams)
