"""Requirements of OWASP ASVS 5.0 that are seen in the code itself: expressions, cryptography, connections, logs."""

import ast
import importlib
import io
import json
import pkgutil
import re
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import structlog

import maillage
import maillage_search
from maillage.accounts import password_rules, totp
from maillage.accounts.password_rules import weakness
from maillage.kernel import logs
from maillage.kernel.crypto import NONCE_BYTES, KeyRing, new_data_key, seal
from maillage.kernel.ids import new_secret
from maillage.kernel.paths import DataPaths
from maillage.kernel.tables import in_cell

pytestmark = pytest.mark.security

ROOT = Path(__file__).parents[2]
SOURCES = [
    *sorted((ROOT / "platform/maillage").rglob("*.py")),
    *sorted((ROOT / "search/maillage_search").rglob("*.py")),
]


def modules() -> Iterator[str]:
    for package in (maillage, maillage_search):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in found.name:
                yield found.name


# Expressions

LONG = 6_000
EXPRESSIONS = {
    f"re.{name}" for name in ("compile", "search", "match", "fullmatch", "sub", "findall", "finditer", "split")
}
FROM_TABLES = {"hours.py", "publics.py", "screening.py", "urgency.py"}  # made of the words of a table beside them
ATTACKS = [
    "a" * LONG, " " * LONG, "0" * LONG, "-" * LONG, "\n" * LONG, "a " * (LONG // 2), "a@" * (LONG // 2), "/" * LONG,
    "é" * LONG, "1.1" * (LONG // 3), "a-b." * (LONG // 4), "(" * LONG, '"' * LONG, "[" * LONG, "=" * LONG, "<" * LONG,
]  # fmt: skip


def expressions() -> Iterator[tuple[str, re.Pattern[str]]]:
    for name in modules():
        module = importlib.import_module(name)
        for key, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{name}.{key}", value


def test_no_expression_of_ours_takes_long() -> None:
    """1.3.12: on long repetitions with an end that does not fit, at every way of using it."""
    tried = 0
    for name, expression in expressions():
        for attack in ATTACKS:
            for text in (attack + "\x00!", "x" + attack):
                start = time.process_time()
                expression.match(text)
                expression.fullmatch(text[:LONG])
                assert time.process_time() - start < 0.5, f"{name}: {text[:12]!r}…"
        tried += 1
    assert tried > 15


def test_what_a_person_typed_is_never_made_an_expression() -> None:
    """1.2.9: patterns are constants, made of constants of the module, or of escaped parts."""
    built = {
        path.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in EXPRESSIONS and not _is_constant(node.args[0])
    }
    assert built <= FROM_TABLES


def _is_constant(pattern: ast.expr) -> bool:
    names = [one.id for one in ast.walk(pattern) if isinstance(one, ast.Name)]
    return "re.escape" in ast.unparse(pattern) or all(name.upper() == name for name in names)


# Cryptography


def test_chance_that_can_be_guessed_guards_nothing() -> None:
    """11.5.1: `random` makes samples and delays only; secrets have 256 bits and do not repeat, many at once too."""
    users = {path.name for path in SOURCES if re.search(r"^import random|^from random", path.read_text("utf-8"), re.M)}
    assert users <= {"jobs.py", "evaluation.py", "pacing.py"}
    secrets = {new_secret() for _ in range(20_000)}
    assert len(secrets) == 20_000 and {len(secret) for secret in secrets} == {43}
    codes = {code for _ in range(200) for code in totp.new_recovery_codes()}
    assert len(codes) == 2000 and {len(code.replace("-", "")) for code in codes} == {24}


def test_a_nonce_serves_once() -> None:
    """11.3.4: sealing the same words twice under the same key shows nothing."""
    key = new_data_key()
    sealed = [seal(key, "les mêmes mots", "context") for _ in range(5000)]
    assert len({one[1 : 1 + NONCE_BYTES] for one in sealed}) == len(sealed) == len(set(sealed))


def test_secrets_are_compared_in_constant_time() -> None:
    """11.2.4: no file that judges a secret does it with `==`; others are found by their hash."""
    for file in ("accounts/totp.py", "web/health.py", "referrals/links/service/opening.py"):
        assert "compare_digest" in (ROOT / "platform/maillage" / file).read_text(encoding="utf-8")


# Passwords


def test_what_was_breached_is_refused() -> None:
    """6.2.4, 6.2.12: each password of the lists, however it is cased; they hold the 3000 tried first and more."""
    known = (ROOT / "platform/maillage/accounts/tried_first.txt").read_text(encoding="utf-8").split()
    assert len(known) > 10_000 and all(len(one) >= password_rules.SHORTEST for one in known)
    assert [one for one in known if weakness(one) is None] == []
    assert [one for one in known[:3000] if weakness(one.upper()) is None] == []


@pytest.mark.parametrize("word", ["maillage2026", "Maillage!!", "administrateur1", "aurore-2026", "referent1234"])
def test_words_of_the_place_are_refused(word: str) -> None:
    """6.1.2, 6.2.11: the product, a role, the organisation."""
    assert weakness(word, about=["camille@aurore.example", "Association Aurore"])


# Files of tables


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\0", "\r"])
def test_a_spreadsheet_runs_nothing(start: str) -> None:
    """1.2.10."""
    assert in_cell(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    assert in_cell("Inès Martin") == "Inès Martin"


# Logs


def written(log_format: logs.LogFormat, event: str, **told: object) -> str:
    before, out = structlog.get_config(), io.StringIO()
    try:
        logs.configure(log_format)
        with redirect_stderr(out):
            structlog.get_logger("test").warning(event, **told)
    finally:
        structlog.configure(**before)
    return out.getvalue()


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_text_begins_no_line_of_the_log(log_format: logs.LogFormat) -> None:
    """16.4.1."""
    line = written(log_format, "something", source="x\r\n2026-01-01 [info] forged\x1b[2J")
    assert line.count("\n") == 1 and "\r" not in line and "\x1b[2J" not in line


def test_each_line_says_when_in_utc_and_where() -> None:
    """16.2.1, 16.2.2, 16.2.4."""
    structlog.contextvars.bind_contextvars(request_id="abc123")
    try:
        told = json.loads(written("json", "access refused", route="referrals.show", user="u"))
    finally:
        structlog.contextvars.clear_contextvars()
    moment = datetime.fromisoformat(told.pop("timestamp"))
    assert moment.tzinfo is not None and abs((datetime.now(UTC) - moment).total_seconds()) < 60
    assert told == {
        "event": "access refused", "level": "warning", "route": "referrals.show", "user": "u", "request_id": "abc123",
    }  # fmt: skip


# Passwords and secrets at rest


@pytest.mark.parametrize("length", [15, 64, 128, 200])
def test_a_long_password_is_taken(length: int) -> None:
    """6.2.9."""
    assert weakness(("les cerises du jardin de tante Odile " * 6)[:length]) is None


def test_secrets_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    """13.3.2: the key ring, replaced ones too, and the folder of the instance."""
    data = DataPaths(tmp_path / "data")
    data.ensure()
    ring = KeyRing.generate()
    ring.save(data.keyring)
    assert oct(data.keyring.stat().st_mode)[-3:] == "400"
    ring.renewed(date(2026, 1, 1)).save_over(data.keyring)
    assert oct(data.keyring.stat().st_mode)[-3:] == "400"
    assert {oct(folder.stat().st_mode)[-3:] for folder in (data.root, data.files, data.search)} == {"700"}
