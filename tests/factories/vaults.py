"""Vaults, made and used from the pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from factories.accounts import PASSWORD
from factories.pages import Visitor, readable
from maillage.kernel import content_keys
from maillage.kernel.actor import Actor
from maillage.kernel.boxes import KeyPair
from maillage.kernel.db import db, session
from maillage.web.authz import actor

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


def keep_whole(administrator: Visitor) -> str:
    """A vault that whole situations and referrals go into; its recovery code."""
    code = create_vault(administrator)
    administrator.post("/coffre/tout", wanted="yes")
    return code


@contextmanager
def at(visitor: Visitor) -> Iterator[Actor]:
    """At somebody's browser: the verbs called here find the vault that is open in it."""
    app = visitor.client.application
    found = [visitor.client.get_cookie(name) for name in (app.config["SESSION_COOKIE_NAME"], "coffre")]
    cookies = "; ".join(f"{one.key}={one.value}" for one in found if one is not None)
    with app.app_context(), app.test_request_context(headers={"Cookie": cookies}):
        yield actor()


def let_in(administrator: Visitor, colleague: Visitor, user_id: object) -> None:
    """By what is read aloud; the colleague has the vault open then."""
    fingerprint = shown(PRINT, colleague.post("/coffre/demander", status=200, current=PASSWORD).text)
    administrator.post(f"/coffre/membres/{user_id}/entrer", fingerprint=fingerprint)
    colleague.post("/coffre/ouvrir", current=PASSWORD)


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
