"""For whom the session works: an actor, nobody, or a named task of the platform that opens named tables.

Set where somebody comes in (`accounts.login`, the runner of jobs, the command line). What follows is then held by
`kernel.walls`, whatever a query forgets. It is kept on the session, which lives as long as a request or a task.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Uuid, bindparam, event, false, text
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption

from maillage.kernel import db, walls
from maillage.kernel.actor import Actor
from maillage.kernel.walls import Viewer, Walled

_HELD, _TOLD = "scope", "scope_told"
_TELL = text(
    f"SELECT set_config('{walls.ORG}', :org, true), set_config('{walls.USER}', :user, true), "
    f"set_config('{walls.OPENS}', :opens, true)"
)


class Trespass(RuntimeError):
    """A task of the platform reads a table that it does not say it opens. It would find nothing, silently."""


@dataclass(frozen=True, slots=True)
class Scope:
    org_id: UUID | None = None
    user_id: UUID | None = None
    why: str = ""
    opens: frozenset[str] = frozenset()

    @property
    def of_actor(self) -> bool:
        return not self.why

    def reaches(self, table: str) -> bool:
        return walls.EVERYTHING in self.opens or table in self.opens


NOBODY = Scope()


def current(session: Session) -> Scope:
    found: Scope = session.info.get(_HELD, NOBODY)
    return found


def act_as(actor: Actor | None, *, known: bool = True) -> None:
    """From now on this session reaches what the actor's organisation does. Who is not fully `known` yet, a second
    factor missing, reaches only what is their own."""
    scope = NOBODY
    if actor is not None:
        scope = Scope(org_id=actor.org_id if known else None, user_id=actor.user_id)
    db.session().info[_HELD] = scope


@contextmanager
def unscoped(why: str, *opens: type[Walled]) -> Iterator[None]:
    """Reach whole tables for a task that is nobody's in particular. Every use is listed by a test, with its reason."""
    with _held(Scope(why=why, opens=frozenset(walls.name_of(model) for model in opens))):
        yield


@contextmanager
def on_behalf(org_id: UUID, user_id: UUID) -> Iterator[None]:
    """Reach what somebody reaches who ordered this work and did not wait for it."""
    with _held(Scope(org_id=org_id, user_id=user_id)):
        yield


@contextmanager
def wide_open(why: str) -> Iterator[None]:
    """Reach everything: what fills an empty instance."""
    with _held(Scope(why=why, opens=frozenset({walls.EVERYTHING}))):
        yield


@contextmanager
def _held(scope: Scope) -> Iterator[None]:
    session = db.session()
    before = current(session)
    _write_down(session)
    session.info[_HELD] = scope
    try:
        yield
        _write_down(session)
    finally:
        session.info[_HELD] = before


def _write_down(session: Session) -> None:
    """What was added on one side of a change is written on that side."""
    if session.info.get("writing"):
        session.flush()


def _mine() -> Scope:
    return current(db.session())


BOUND = Viewer(
    bindparam("scope_org", callable_=lambda: _mine().org_id, type_=Uuid()),
    bindparam("scope_user", callable_=lambda: _mine().user_id, type_=Uuid()),
)
_NARROWED: tuple[ORMOption, ...] = (
    with_loader_criteria(Walled, lambda cls: cls.wall(BOUND), include_aliases=True, track_closure_variables=False),
)


@lru_cache(maxsize=128)
def _closed(opens: frozenset[str]) -> tuple[ORMOption, ...]:
    if walls.EVERYTHING in opens:
        return ()
    shut = [model for name, model in walls.walled().items() if name not in opens]
    return tuple(with_loader_criteria(model, false(), include_aliases=True) for model in shut)


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    _catch_up(state.session)
    if not state.is_orm_statement or state.is_column_load or state.is_insert:
        return
    scope = current(state.session)
    if scope.of_actor:
        options = _NARROWED
    else:
        _ensure_said(scope, state)
        options = _closed(scope.opens)
    if options:
        state.statement = _behind(options, state.statement)


_behind_walls: WeakKeyDictionary[Any, dict[tuple[ORMOption, ...], Any]] = WeakKeyDictionary()


def _behind(options: tuple[ORMOption, ...], statement: Any) -> Any:
    """The statement narrowed. One that was written once for all is narrowed once, and keeps how it was compiled."""
    known = _behind_walls.setdefault(statement, {})
    if options not in known:
        known[options] = statement.options(*options)
    return known[options]


def _ensure_said(scope: Scope, state: ORMExecuteState) -> None:
    for mapper in state.all_mappers:
        if issubclass(mapper.class_, Walled) and not scope.reaches(walls.name_of(mapper.class_)):
            raise Trespass(f"{scope.why} does not say that it opens {mapper.class_.__name__}")


@event.listens_for(Session, "after_begin")
def _begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    session.info[_TOLD] = NOBODY
    _catch_up(session, connection)


@event.listens_for(Session, "before_flush")
def _before_flush(session: Session, *_: object) -> None:
    _catch_up(session)


@event.listens_for(Session, "after_transaction_end")
def _end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_TOLD, None)


def _catch_up(session: Session, connection: Connection | None = None) -> None:
    """Tell PostgreSQL for whom the transaction works, once each time it changes; nothing told reaches nothing."""
    if _TOLD not in session.info:
        return
    scope = current(session)
    if session.info[_TOLD] == scope:
        return
    session.info[_TOLD] = scope
    connection = connection or session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(
            _TELL,
            {"org": _text(scope.org_id), "user": _text(scope.user_id), "opens": ",".join(sorted(scope.opens))},
        )


def _text(value: UUID | None) -> str:
    return str(value) if value is not None else ""
