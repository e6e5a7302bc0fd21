"""Somebody in front of our pages: nothing secret may be in a title, an address or a header of theirs."""

import html
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from factories.accounts import sign_in
from factories.referrals import SECRETS, Side

TITLE = re.compile(r"<title>(.*?)</title>", re.S)


class Visitor:
    """A signed-in browser. Every answer is checked for what no address, header or title may tell."""

    def __init__(self, app: Flask, side: Side, user: Any = None) -> None:
        self.client: FlaskClient = sign_in(app.test_client(), user or side.user, side.org)

    def get(self, path: str, *, status: int = 200) -> str:
        return self._checked(self.client.get(path), status).text

    def post(self, path: str, *, status: int = 303, **fields: Any) -> TestResponse:
        return self._checked(self.client.post(path, data=fields), status)

    def go(self, path: str, **fields: Any) -> str:
        """Post a form that succeeds and give the address it leads to."""
        return str(self.post(path, **fields).location)

    def refused(self, path: str, *, status: int = 422, **fields: Any) -> str:
        """Post a form that is refused and give the page that says why, as people read it."""
        return html.unescape(self.post(path, status=status, **fields).text).replace("\u00a0", " ")

    @staticmethod
    def _checked(answer: TestResponse, status: int) -> TestResponse:
        assert answer.status_code == status, (answer.status, answer.location, readable(answer.text)[:1500])
        title = TITLE.search(answer.text)
        told = [answer.request.path, answer.request.query_string.decode(), str(answer.headers), title and title[1]]
        for secret in SECRETS:
            assert not any(secret in str(part) for part in told), (secret, told)
        return answer


def readable(page: str) -> str:
    """A page as its words, tags and runs of space taken out."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(page)))


def hidden_version(page: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert found is not None
    return found[1]
