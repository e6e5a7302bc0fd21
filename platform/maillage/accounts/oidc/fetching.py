"""Asking a provider of identities over HTTP. Its address was typed by somebody: it must not lead inside our network.

Every address that the name stands for must be public, the connection goes to the very address that was looked at, no
redirect is followed, and an answer is short and quick.
"""

import json
import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

SECONDS: Final = 5
MOST_BYTES: Final = 256 * 1024

_strict = True


class Unreachable(Exception):
    """No usable answer from there."""


class Forbidden(Exception):
    """An address that is never asked."""


def configure(*, strict: bool) -> None:
    """Whether only public addresses over https are asked; the composition root calls it once."""
    global _strict
    _strict = strict


def get(url: str, *, bearer: str = "") -> dict[str, Any]:
    """The JSON object at this address. Raises Unreachable or Forbidden."""
    return _ask("GET", url, None, {"Authorization": f"Bearer {bearer}"} if bearer else {})


def post(url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
    """What a form sent to this address is answered. Raises Unreachable or Forbidden."""
    told = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return _ask("POST", url, urlencode(fields).encode(), told)


def public_address(url: str) -> tuple[str, int]:
    """Where to connect for this address: an IP address and a port. Raises Unreachable or Forbidden."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Forbidden(url) from None
    if parts.scheme not in ({"https"} if _strict else {"https", "http"}) or not parts.hostname or "@" in parts.netloc:
        raise Forbidden(url)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(url) from None
    addresses = [str(entry[4][0]) for entry in found]
    if _strict and not all(_is_public(address) for address in addresses):
        raise Forbidden(url)
    return addresses[0], port


def _is_public(address: str) -> bool:
    """A private IPv4 address stays one when it is written inside an IPv6 address."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    inside = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    found = inside or found
    return found.is_global and not found.is_multicast and not found.is_reserved


def _ask(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
    address, port = public_address(url)
    parts = urlsplit(url)
    link = _connection(parts.scheme, str(parts.hostname), address, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        link.request(method, path, body, {"Accept": "application/json", "User-Agent": "Maillage", **headers})
        answer = link.getresponse()
        content = answer.read(MOST_BYTES + 1)
        if answer.status != 200 or len(content) > MOST_BYTES:
            raise Unreachable(f"{url}: {answer.status}")
        told = json.loads(content)
    except (OSError, HTTPException, ValueError):
        raise Unreachable(url) from None
    finally:
        link.close()
    if not isinstance(told, dict):
        raise Unreachable(url)
    return told


def _connection(scheme: str, name: str, address: str, port: int) -> HTTPConnection:
    """A connection to `address` that asks for `name`: what was looked at is what is connected to."""
    link: HTTPConnection
    if scheme == "https":
        context = ssl.create_default_context()
        link = HTTPSConnection(name, port, timeout=SECONDS, context=context)
    else:
        context = None
        link = HTTPConnection(name, port, timeout=SECONDS)
    try:
        plain = socket.create_connection((address, port), timeout=SECONDS)
        link.sock = context.wrap_socket(plain, server_hostname=name) if context is not None else plain
    except OSError:
        raise Unreachable(name) from None
    return link
