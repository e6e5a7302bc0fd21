"""What is sent to the database."""

from sqlalchemy import event
from sqlalchemy.engine import Engine


class StatementCounter:
    """What was sent to the database inside a `with` block: statements (BEGIN, savepoints and what
    tells the walls who acts aside: that is `told`) and commits."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.statements: list[str] = []
        self.commits = 0
        self.told = 0

    def __enter__(self) -> "StatementCounter":
        event.listen(self.engine, "before_cursor_execute", self._statement)
        event.listen(self.engine, "commit", self._commit)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._statement)
        event.remove(self.engine, "commit", self._commit)

    def _statement(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT set_config"):
            self.told += 1
        elif not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            self.statements.append(statement)

    def _commit(self, _connection: object) -> None:
        self.commits += 1
