"""Composition root of background work: the runner thread beside the web process, or a process of its own."""

import signal
import threading
from types import FrameType

from flask import Flask

from maillage.kernel.jobs import Runner


def start_runner(app: Flask) -> Runner:
    """Drain the outbox and tick in a thread of this process."""
    runner = Runner(scope=app.app_context)
    runner.start()
    return runner


def run_forever(app: Flask) -> None:
    """Drain the outbox in this process until it is asked to stop (SIGTERM, SIGINT)."""
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    runner = start_runner(app)
    stop.wait()
    runner.stop()
