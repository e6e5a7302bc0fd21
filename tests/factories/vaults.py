"""Vaults, made and used from the pages."""

import re

from factories.accounts import PASSWORD
from factories.pages import Visitor, readable
from maillage.kernel import content_keys
from maillage.kernel.boxes import KeyPair
from maillage.kernel.db import db, session

CODE = re.compile(r'name="code"[^>]*value="([A-Z2-7-]+)"')
PRINT = re.compile(r'class="vault-code">([A-Z2-7-]+)<')
LAST_GROUPS = slice(-9, None)


def shown(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    assert match is not None, readable(page)[:800]
    return match[1]


def create_vault(administrator: Visitor) -> str:
    """The recovery code, once it was shown and its end typed again."""
    code = shown(CODE, administrator.get("/coffre/creer"))
    administrator.post("/coffre/creer", code=code, ending=code[LAST_GROUPS].lower(), current=PASSWORD)
    return code


def stored_bytes() -> list[bytes]:
    """Every run of bytes in every table."""
    session().rollback()
    return [
        bytes(value)
        for table in db.metadata.sorted_tables
        for row in session().execute(table.select())
        for value in row
        if isinstance(value, bytes | memoryview)
    ]


def keys_of_the_host() -> list[bytes]:
    """Whatever somebody with the database and the ring may try as a key."""
    ring = content_keys.ring()
    return [*ring.keys.values(), ring.blind_root, *(value[-32:].ljust(32, b"0") for value in stored_bytes())]


def pairs_of_the_host() -> list[KeyPair]:
    return [KeyPair.of(key) for key in keys_of_the_host()]
