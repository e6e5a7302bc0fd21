"""Which rows exist for whom, written once per table and held twice: as a criterion on every ORM statement, on both
databases, and as row-level security on PostgreSQL.

A model with rows of an organisation or of a person inherits from `Walled`. Its `wall` is what whoever acts may reach;
its `door`, where it differs, what they may add. Who acts is set in `kernel.scope`, and nobody acting reaches nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    SQLColumnExpression,
    String,
    Table,
    Uuid,
    any_,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql

from maillage.kernel.db import Base

EVERYTHING = "*"
ORG, USER, OPENS = "maillage.org", "maillage.user", "maillage.opens"
_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, as two SQL expressions: bound values in the ORM, settings of the transaction in a policy."""

    org_id: ColumnElement[Any]
    user_id: ColumnElement[Any]


class Walled:
    """A table whose rows belong to somebody."""

    append_only: ClassVar[bool] = False

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return false()

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool] | None:
        """What may be added, where that is not simply what is within reach."""
        return None


class OfOrganization(Walled):
    """Rows with an `org_id`, for that organisation alone."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return column(cls, "org_id") == viewer.org_id


class OfPerson(Walled):
    """Rows with a `user_id`, for that person alone."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return column(cls, "user_id") == viewer.user_id


class OfMember(Walled):
    """Rows of one person working for one organisation."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return (column(cls, "user_id") == viewer.user_id) & (column(cls, "org_id") == viewer.org_id)


Id = SQLColumnExpression[Any]
SubjectWall = Callable[[Id, Viewer], ColumnElement[bool]]
_subjects: dict[str, SubjectWall] = {}


def subject(kind: str) -> Callable[[SubjectWall], SubjectWall]:
    """Say who reaches what is kept about a subject of this kind: its data keys."""

    def register(rule: SubjectWall) -> SubjectWall:
        _subjects[kind] = rule
        return rule

    return register


def of_subject(kind: SQLColumnExpression[str], subject_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    return or_(*((kind == name) & rule(subject_id, viewer) for name, rule in sorted(_subjects.items())))


def walled() -> Mapping[str, type[Walled]]:
    """Every protected table by name, with its model."""
    models = (mapper.class_ for mapper in Base.registry.mappers)
    return {name_of(model): model for model in models if issubclass(model, Walled)}


def name_of(model: type[Walled]) -> str:
    return str(vars(model)["__tablename__"])


def raise_walls(connection: Connection, reader: str | None) -> None:
    """Write the policies anew, as the owner of the tables, and let the role `reader` in by them and nowhere else."""
    for name, model in sorted(walled().items()):
        for statement in _statements(name, model):
            connection.execute(text(statement.replace(":", r"\:")))
    if reader is not None:
        let_in(connection, reader)


def let_in(connection: Connection, reader: str) -> None:
    """What a role may do at all; of which rows, the policies say."""
    role = _POSTGRESQL.identifier_preparer.quote(reader)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"))


def lower_walls(connection: Connection) -> None:
    """Take the policies away, for a migration to change the columns that they name and the rows that they hide. Until
    they are back, nobody but the owner reaches anything."""
    for name, policy in connection.execute(text("SELECT tablename, policyname FROM pg_policies")).all():
        connection.execute(text(f'DROP POLICY "{policy}" ON "{name}"'))
        connection.execute(text(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY'))


def standing(connection: Connection) -> bool:
    """Whether the policies of this database are those that this code wants."""
    found = {
        (row.tablename, row.policyname, row.note)
        for row in connection.execute(
            text(
                "SELECT c.relname AS tablename, p.polname AS policyname, obj_description(p.oid, 'pg_policy') AS note "
                "FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
                "WHERE c.relrowsecurity AND c.relforcerowsecurity"
            )
        )
    }
    wanted = {(name, policy.name, policy.note) for name, model in walled().items() for policy in _policies(name, model)}
    return wanted <= found


def weaknesses(connection: Connection) -> list[str]:
    """Why the role of this connection could walk round the walls; empty when it cannot."""
    found = []
    role = connection.execute(
        text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    ).one()
    if role.rolsuper or role.rolbypassrls:
        found.append(f"the role {role.rolname} bypasses row-level security")
    owns = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(tableowner, 'MEMBER')")
    if not role.rolsuper and connection.scalar(owns):
        found.append(f"the role {role.rolname} owns the tables")
    if not standing(connection):
        found.append("the policies are not those of this version")
    return found


@dataclass(frozen=True, slots=True)
class _Policy:
    name: str
    command: str
    using: str | None
    check: str | None

    @property
    def note(self) -> str:
        """What PostgreSQL keeps is rewritten by it: the comment holds the text, to compare with."""
        return f"{self.command} {self.using} {self.check}"


def _statements(name: str, model: type[Walled]) -> Iterator[str]:
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
    for policy in _policies(name, model):
        yield f"DROP POLICY IF EXISTS {policy.name} ON {name}"
        using = f" USING ({policy.using})" if policy.using else ""
        check = f" WITH CHECK ({policy.check})" if policy.check else ""
        yield f"CREATE POLICY {policy.name} ON {name} FOR {policy.command}{using}{check}"
        yield f"COMMENT ON POLICY {policy.name} ON {name} IS {_quoted(policy.note)}"


def _policies(name: str, model: type[Walled]) -> Iterator[_Policy]:
    table: Table = vars(model)["__table__"]
    wall = _sql(table, model.wall(ON_SERVER))
    door = model.door(ON_SERVER)
    if door is None:
        yield _Policy("reach", "ALL", wall, wall)
    else:
        enters = _sql(table, door)
        yield _Policy("reach", "SELECT", wall, None)
        yield _Policy("door", "INSERT", None, enters)
        if not model.append_only:
            yield _Policy("change", "UPDATE", wall, f"({wall}) AND ({enters})")
            yield _Policy("remove", "DELETE", wall, None)
    opened = _sql(table, or_(*(literal(one) == any_(_OPENED) for one in (EVERYTHING, name))))
    yield _Policy("opened", "ALL", opened, opened)


def _sql(table: Table, rule: ColumnElement[bool]) -> str:
    """The rule as PostgreSQL reads it, its columns those of the row in question."""
    whole = select(literal(1)).select_from(table).where(rule)
    compiled = whole.compile(dialect=_POSTGRESQL, compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).partition("WHERE ")[2].split())


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _setting(name: str) -> ColumnElement[Any]:
    return func.nullif(func.current_setting(name, literal_column("true")), "")


def looked_up(table: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a row, for conditions that name its key. `OFFSET 0` keeps PostgreSQL from planning beside
    it, or choosing, to read all that the viewer reaches in order to look at one."""
    row: Select[Any] = select(literal_column("1")).where(*conditions).offset(literal_column("0"))
    return exists(row.correlate_except(table))


def column(model: type[Walled], name: str) -> ColumnElement[Any]:
    found: ColumnElement[Any] = getattr(model, name)
    return found


ON_SERVER = Viewer(cast(_setting(ORG), Uuid), cast(_setting(USER), Uuid))
_OPENED = func.string_to_array(_setting(OPENS), ",", type_=postgresql.ARRAY(String))
