"""Asking a provider of identities: JSON objects, short and quick, from public addresses (`kernel.fetching`)."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from maillage.kernel.fetching import Unreachable, exchange

SECONDS: Final = 5
MOST_BYTES: Final = 256 * 1024


def get(url: str, *, bearer: str = "") -> dict[str, Any]:
    """The JSON object at this address. Raises Unreachable or Forbidden."""
    return _ask("GET", url, None, {"Authorization": f"Bearer {bearer}"} if bearer else {})


def post(url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
    """What a form sent to this address is answered. Raises Unreachable or Forbidden."""
    told = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return _ask("POST", url, urlencode(fields).encode(), told)


def _ask(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
    asked = {"Accept": "application/json", **headers}
    answer = exchange(method, url, body, asked, seconds=SECONDS, most_bytes=MOST_BYTES)
    if answer.status != 200 or len(answer.body) > MOST_BYTES:
        raise Unreachable(f"{url}: {answer.status}")
    try:
        told = json.loads(answer.body)
    except ValueError:
        raise Unreachable(url) from None
    if not isinstance(told, dict):
        raise Unreachable(url)
    return told
