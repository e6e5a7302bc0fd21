"""What every command needs: the application, and a way to show how far long work is."""

import sys

import click
from flask import Flask

from maillage.settings import Settings


def make_app(settings: Settings | None = None) -> Flask:
    from maillage.app import create_app

    return create_app(settings)


class Progress:
    """A bar on a terminal, a plain line now and then elsewhere."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.shown = -1

    def __call__(self, done: int, total: int) -> None:
        percent = 100 * done // max(total, 1)
        if sys.stderr.isatty():
            click.echo(f"\r{self.label}  [{'#' * (percent // 4):<25}] {percent:3d} %", err=True, nl=done >= total)
        elif percent // 25 > self.shown // 25 or self.shown < 0:
            click.echo(f"{self.label}: {done}/{total}", err=True)
        self.shown = percent
