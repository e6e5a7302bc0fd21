"""docs/security-inventory.md says what the code does: cryptography, connections, limits, secrets, events."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from maillage import app
from maillage.accounts import password_rules, passwords
from maillage.accounts.models import AccessGrantKind
from maillage.accounts.queries import presence
from maillage.accounts.service import attempts, grants, security_keys
from maillage.kernel import cleaning, uploads
from maillage.referrals.attachments import policy as documents
from maillage.referrals.links import policy as links
from maillage.settings import Settings
from maillage.web import authz
from maillage.web.api import Body

pytestmark = pytest.mark.security

ROOT = Path(__file__).parents[2]
SOURCES = [
    *sorted((ROOT / "platform/maillage").rglob("*.py")),
    *sorted((ROOT / "search/maillage_search").rglob("*.py")),
]
INVENTORY = (ROOT / "docs/security-inventory.md").read_text(encoding="utf-8")
CRYPTOGRAPHY = {
    "hashlib", "hmac", "secrets", "random", "ssl", "cryptography", "argon2", "pyotp", "webauthn", "itsdangerous",
    "authlib", "joserfc",
}  # fmt: skip
NETWORK = {
    "socket", "smtplib", "urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "ftplib",
    "redis", "elasticsearch", "elastic_transport", "authlib.integrations",
}  # fmt: skip
DANGEROUS = {
    "subprocess", "pickle", "marshal", "ctypes", "xml", "lxml", "yaml", "zipfile", "tarfile", "PIL", "pypdf", "fpdf",
}  # fmt: skip


@cache
def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def users_of(names: set[str]) -> set[tuple[str, str]]:
    """Which file of ours imports which of these modules."""
    return {
        (path.relative_to(ROOT).as_posix().partition("/")[2], name)
        for path in SOURCES
        for name in names
        if any(one == name or one.startswith(f"{name}.") for one in imports_of(path))
    }


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    part = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", INVENTORY, re.M | re.S)
    assert part, title
    lines = [line for line in part.group(1).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def coded(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(
    ("title", "names"), [("Cryptography", CRYPTOGRAPHY), ("Connections", NETWORK), ("Dangerous work", DANGEROUS)]
)
def test_every_use_is_written_down(title: str, names: set[str]) -> None:
    """A file that begins to use one of these is added to the table, one that stopped is taken off."""
    told = {(file, name) for first, second, *_ in rows(title) for file in coded(first) for name in coded(second)}
    used = users_of(names)
    assert told == used, f"to add: {sorted(used - told)}; to take off: {sorted(told - used)}"


def test_every_event_of_the_log_is_written_down() -> None:
    said = {event for row in rows("What is logged") for event in coded(row[0])}
    found = {
        node.args[0].value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "log"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    } | {"credentials refused", "too many tries"}  # written by one helper
    assert said == found


def test_limits_are_those_of_the_code() -> None:
    told = {row[0]: row[1] for row in rows("Limits")}
    for what, figures in {
        "body of a request": (app.MAX_BODY >> 20, uploads.MAX_BYTES >> 20),
        "text of a JSON field": (Body.model_config["str_max_length"],),
        "tries for one account": (attempts.FREE, attempts.FIRST_WAIT.seconds, attempts.LONGEST_WAIT.seconds // 60),
        "hashes of passwords at once": (passwords.IN_LINE,),
        "identities opened by one person": (Settings.model_fields["reveals_per_hour"].default,),
        "documents of a referral": (documents.MOST_DOCUMENTS,),
        "codes for a mailed link": (links.CODES_OF_LINK, links.TRIES),
    }.items():
        assert re.findall(r"\d+", told[what])[: len(figures)] == [str(figure) for figure in figures], what
    limited = " ".join(path.read_text(encoding="utf-8") for path in SOURCES if "limiter.limit(" in path.read_text())
    for rate in ("30 per 15 minutes", "10000 per minute", "10 per hour", "60 per hour"):
        assert f'limit("{rate}"' in limited


def test_files_are_those_of_the_code() -> None:
    told = {row[0]: (set(coded(row[1])), re.findall(r"\d+", row[2])) for row in rows("Files")}
    assert {kind: set(one.extensions) for kind, one in uploads.TYPES.items()} == {
        kind: extensions for kind, (extensions, _) in told.items()
    }
    assert told["PDF"][1] == [str(uploads.MAX_BYTES >> 20), str(cleaning.MAX_PAGES)]
    assert told["PNG"][1] == [str(uploads.MAX_BYTES >> 20), str(cleaning.MAX_PIXELS)]
    assert f"{cleaning.MEMORY >> 30} GB of memory, {cleaning.CPU_SECONDS} seconds" in INVENTORY


def test_sessions_and_ways_in_last_as_long_as_told() -> None:
    told = {row[0]: row[1] for row in rows("Sessions")}
    assert told == {
        "without a request": f"{presence.IDLE.seconds // 60} minutes",
        "in all": f"{presence.LONGEST.seconds // 3600} hours",
        "proof before an export or what cannot be undone": f"{authz.FRESH_FOR.seconds // 60} minutes",
        "a security key's question": f"{security_keys.CHALLENGE_LASTS.seconds // 60} minutes",
    }
    ways = {row[0]: f"{row[1]} {row[2]}" for row in rows("Ways in")}
    assert f"password of {password_rules.SHORTEST} characters" in ways["page"]
    assert (
        f"link of {grants.LASTS[AccessGrantKind.INVITATION] // grants.timedelta(hours=1)} hours" in ways["invitation"]
    )
    assert f"{grants.LASTS[AccessGrantKind.PASSWORD_RESET].seconds // 60} minutes" in ways["forgotten password"]
    assert f"{links.CODE_LASTS.seconds // 60} minutes" in ways["mailed link"]
    assert f"for {links.SESSION_LASTS.seconds // 60} minutes" in ways["mailed link"]


def test_secrets_are_those_of_the_settings() -> None:
    told = " ".join(row[0] for row in rows("Keys and secrets"))
    for setting in ("MAILLAGE_SECRET_KEY", "MAILLAGE_METRICS_TOKEN", "key ring", "database", "Redis", "search cluster"):
        assert setting in told
    secret = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert {f"MAILLAGE_{name.upper()}" for name in secret} <= set(coded(told))


@pytest.mark.parametrize("title", ["Input", "Browser", "Data", "Sessions", "Components", "Ways in", "Dangerous work"])
def test_a_chapter_says_something(title: str) -> None:
    part = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", INVENTORY, re.M | re.S)
    assert part and len(part.group(1)) > 300
