"""Asking an address that somebody typed over HTTP. It must not lead inside our network, nor hold us up.

Every address that the name stands for must be public, the connection goes to the very address that was looked at, no
redirect is followed, and the whole exchange has one deadline and one size.
"""

import io
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

MOST_TRIED: Final = 3  # of the addresses that one name stands for

# Where clouds tell a machine its secrets, beside those that are private anyway: Oracle's, and Azure's wire server.
_TOLD_TO_MACHINES: Final = (ip_network("192.0.0.0/24"), ip_network("168.63.129.16/32"))

_strict = True


class Unreachable(Exception):
    """No usable answer from there."""


class Slow(Unreachable):
    """No whole answer in the time given."""


class Forbidden(Exception):
    """An address that is never asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` holds one byte more than was wanted of an answer that is longer."""

    status: int
    body: bytes


def configure(*, strict: bool) -> None:
    """Whether only public addresses over https are asked; the composition root calls it once."""
    global _strict
    _strict = strict


def public_addresses(url: str) -> tuple[list[str], int]:
    """Where to connect for this address: IP addresses and a port. Raises Unreachable or Forbidden."""
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
    return addresses, port


def exchange(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], *, seconds: float, most_bytes: int
) -> Answer:
    """One question and its answer, whatever its status; with `most_bytes` 0, of the answer only the status is read.
    Raises Unreachable (Slow past `seconds`) or Forbidden."""
    addresses, port = public_addresses(url)
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _connected(parts, addresses, port, time.monotonic() + seconds) as link:
            link.request(method, path, body, {"User-Agent": "Maillage", **headers})
            answer = link.getresponse()
            return Answer(answer.status, answer.read(most_bytes + 1) if most_bytes else b"")
    except TimeoutError:
        raise Slow(url) from None
    except (OSError, HTTPException, ValueError):
        raise Unreachable(url) from None


def _is_public(address: str) -> bool:
    """A private IPv4 address stays one when it is written inside an IPv6 address."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    inside = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    found = inside or found
    if any(found in network for network in _TOLD_TO_MACHINES):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


@contextmanager
def _connected(parts: SplitResult, addresses: list[str], port: int, deadline: float) -> Iterator[HTTPConnection]:
    """A connection to one of `addresses` that asks for the name: what was looked at is what is connected to."""
    name = str(parts.hostname)
    wire = _dialled(addresses, port, deadline)
    try:
        link = HTTPConnection(name, port)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            link = HTTPSConnection(name, port, context=context)
            wire.settimeout(_left(deadline))
            wire = context.wrap_socket(wire, server_hostname=name)
        link.sock = _Hurried(wire, deadline)
        yield link
    finally:
        wire.close()


def _dialled(addresses: list[str], port: int, deadline: float) -> socket.socket:
    refused: OSError | None = None
    for address in list(dict.fromkeys(addresses))[:MOST_TRIED]:
        try:
            return socket.create_connection((address, port), timeout=_left(deadline))
        except TimeoutError:
            raise
        except OSError as error:
            refused = error
    raise refused or OSError("no address")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Hurried(io.RawIOBase):
    """A socket whose every move is left what remains of one deadline: a drop a second must not hold us for hours."""

    def __init__(self, wire: socket.socket, deadline: float) -> None:
        self._wire = wire
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._wire.settimeout(_left(self._deadline))
        self._wire.sendall(data)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._wire.settimeout(_left(self._deadline))
        return self._wire.recv_into(buffer)

    def close(self) -> None:
        """Left to who opened the wire: `http.client` lets go of it before the answer is read."""
