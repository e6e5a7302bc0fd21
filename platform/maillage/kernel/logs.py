"""What the processes of an instance write down: one line an event on the error output, its time in UTC."""

import sys
from typing import Any, Literal

import structlog

LogFormat = Literal["console", "json"]


def configure(log_format: LogFormat) -> None:
    """`json` for machines that collect; both write what a text holds so that it cannot begin a line of its own."""
    renderer: Any = structlog.processors.JSONRenderer()
    if log_format == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
