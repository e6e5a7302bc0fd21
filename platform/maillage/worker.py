"""Composition root of background work: the runner thread beside the web process, or a process of its own."""

import signal
import threading
from types import FrameType

from flask import Flask

from maillage.kernel.jobs import Runner
from maillage.settings import Settings

DISPATCH_SECONDS = 1.0


def start_runner(app: Flask) -> Runner:
    """Drain the outbox and tick in a thread of this process."""
    runner = Runner(scope=app.app_context)
    runner.start()
    return runner


def run_forever(app: Flask, processes: int) -> None:
    """Do the background work until SIGTERM or SIGINT: here, or through `processes` RQ workers when there is a Redis."""
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    settings: Settings = app.extensions["maillage_settings"]
    if not settings.redis_url:
        runner = start_runner(app)
        stop.wait()
        runner.stop()
        return
    from maillage.rq_workers import crew, dispatcher, queue_at  # noqa: PLC0415  8 MB, for those who run several workers

    runner = Runner(app.app_context, dispatcher(queue_at(settings.redis_url)), idle_seconds=DISPATCH_SECONDS)
    with crew(processes) as workers:
        runner.start()
        while not stop.wait(DISPATCH_SECONDS):
            workers.revive()
        runner.stop()
