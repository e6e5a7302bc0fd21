"""Pages of results as a reader goes through them: type, submit, read, follow."""

import re
from html import unescape

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def page(answer: TestResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    html5lib.HTMLParser(strict=True).parse(answer.text)
    return unescape(answer.text).replace("\u00a0", " ")


def search(client: FlaskClient, q: str, place: str = "", at: str = "/recherche") -> str:
    """Type, submit, and give the address where it leads."""
    answer = client.post(at, data={"q": q, "place": place})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def names(html: str) -> list[str]:
    return re.findall(r'class="result-name"><a[^>]*>([^<]+)</a>', html)


def link(html: str, words: str) -> str:
    """The address behind the first link that says these words."""
    for href, inside in re.findall(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', html, re.S):
        if words in " ".join(re.sub(r"<[^>]+>", " ", inside).split()):
            return unescape(href)
    raise AssertionError(f"no link says {words!r}")
