"""A program on loopback that is told things: real, and able to be down, slow, endless or elsewhere."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Behaviour = Callable[[socket.socket], None]


@dataclass
class Heard:
    """One request: its headers by lower-case name, and its bytes."""

    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def signed_by(self, secret: str) -> bool:
        """As a program checks it: by hand, after the text of Standard Webhooks 1.0."""
        parts = (self.headers["webhook-id"], self.headers["webhook-timestamp"], self.body.decode())
        key = base64.b64decode(secret.removeprefix("whsec_"))
        wanted = base64.b64encode(hmac.digest(key, ".".join(parts).encode(), hashlib.sha256)).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


@dataclass
class Listener:
    port: int
    answers: "Behaviour | int" = 204
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=maillage"

    def new(self) -> list[Heard]:
        """What came in since it was asked last."""
        found, self.heard = self.heard, []
        return found


def drip(wire: socket.socket) -> None:
    """A header a moment, for ever."""
    wire.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        wire.sendall(b"X-More: yes\r\n")
        time.sleep(0.05)


def endless(wire: socket.socket) -> None:
    """Two gigabytes, for who reads them."""
    wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n")
    while True:
        wire.sendall(b"0" * 65536)


def silent(wire: socket.socket) -> None:
    wire.recv(1)


def redirecting(to: str) -> Behaviour:
    answer = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()
    return lambda wire: wire.sendall(answer)


@contextmanager
def listening() -> Iterator[Listener]:
    server = socket.create_server(("127.0.0.1", 0))
    listener = Listener(server.getsockname()[1])
    threading.Thread(target=_serve, args=(server, listener), daemon=True).start()
    try:
        yield listener
    finally:
        server.close()


def _serve(server: socket.socket, listener: Listener) -> None:
    while True:
        try:
            wire, _ = server.accept()
        except OSError:
            return
        listener.connections += 1
        threading.Thread(target=_converse, args=(wire, listener), daemon=True).start()


def _converse(wire: socket.socket, listener: Listener) -> None:
    with wire, wire.makefile("rb") as sent, suppress(OSError):
        sent.readline()
        headers = {}
        while (line := sent.readline().decode().strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        listener.heard.append(Heard(headers, sent.read(int(headers.get("content-length", 0)))))
        if isinstance(listener.answers, int):
            wire.sendall(f"HTTP/1.1 {listener.answers} Said\r\nContent-Length: 0\r\n\r\n".encode())
        else:
            listener.answers(wire)
