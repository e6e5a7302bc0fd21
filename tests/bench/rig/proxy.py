"""A bad network on loopback: what passes is late now and then, and connections are cut in the middle."""

import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from random import Random
from urllib.parse import urlsplit

LATE_SHARE, LATE_SECONDS = 0.02, 0.3
USUAL_SECONDS = 0.002
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST, not FIN


class Proxies:
    """One for each server; `shares` of what passes cut a connection while `bad` is set, and `cuts` counts them."""

    def __init__(self, seed: int, shares: Mapping[str, float]) -> None:
        self.cuts: Counter[str] = Counter()
        self.bad = threading.Event()
        self._seed, self._shares = seed, shares
        self._listening: list[socket.socket] = []

    def lead(self, name: str, address: str) -> str:
        """The address under which the server at `address` is reached through a proxy."""
        parts = urlsplit(address)
        assert parts.hostname and parts.port
        listening = socket.create_server(("127.0.0.1", 0))
        self._listening.append(listening)
        there = (parts.hostname, parts.port)
        threading.Thread(target=self._accept, args=(name, listening, there), daemon=True).start()
        return address.replace(f":{parts.port}", f":{listening.getsockname()[1]}", 1)

    def close(self) -> None:
        for listening in self._listening:
            listening.close()

    def _accept(self, name: str, listening: socket.socket, there: tuple[str, int]) -> None:
        number = 0
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(there, timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            number += 1
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, target in ((near, far), (far, near)):
                chance = Random(f"{self._seed} {name} {number} {source is near}")
                threading.Thread(target=self._carry, args=(name, source, target, chance), daemon=True).start()

    def _carry(self, name: str, source: socket.socket, target: socket.socket, chance: Random) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if self.bad.is_set():
                    if chance.random() < self._shares[name]:
                        self.cuts[name] += 1
                        source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                        target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                        break
                    late = chance.random() < LATE_SHARE
                    time.sleep(LATE_SECONDS if late else chance.uniform(0, USUAL_SECONDS))
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes who reads at the other end
            end.close()


@contextmanager
def proxies(seed: int, shares: Mapping[str, float]) -> Iterator[Proxies]:
    made = Proxies(seed, shares)
    try:
        yield made
    finally:
        made.close()
