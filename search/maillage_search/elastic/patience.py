"""A cluster that takes calls and never answers costs one caller its wait, not each of them.

After one wait in vain nobody asks for a while; then one caller asks something small, and the others follow if that is
answered. A cluster that refuses at once costs nothing, and is asked each time: it is seen again the moment it is back.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from elasticsearch import ConnectionTimeout

from maillage_search.port import EngineUnavailable

PAUSE_SECONDS = 5.0


class Patience:
    def __init__(self, probe: Callable[[], None]) -> None:
        """`probe` asks the cluster something small, and raises when it does not answer."""
        self._probe = probe
        self._guard = threading.Lock()
        self._until = 0.0

    @contextmanager
    def spared(self) -> Iterator[None]:
        """Around whatever asks the cluster. Raises EngineUnavailable at once while it is left alone."""
        self._enter()
        try:
            yield
        except ConnectionTimeout:
            self._until = time.monotonic() + PAUSE_SECONDS
            raise

    def _enter(self) -> None:
        with self._guard:
            if not self._until:
                return
            now = time.monotonic()
            if now < self._until:
                raise EngineUnavailable("the cluster did not answer in time")
            # The others go on without, while this one asks.
            self._until = now + PAUSE_SECONDS
        self._probe()
        self._until = 0.0
