"""Debian's Chromium, for tests that look at pages as a person does."""

from pathlib import Path

from services import program

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> Path:
    """Its executable; installed as a Debian package when missing and root."""
    return program("chromium", "chromium")
