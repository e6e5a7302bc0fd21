"""The fictional demonstration: its content, its loading, and the command that serves it."""

import os
import sys
import time

import click
from flask import Flask

from maillage.app import create_app
from maillage.demo import content, loader
from maillage.kernel.scope import wide_open
from maillage.settings import Settings
from maillage.setup import prepare, serve_embedded


def run(port: int) -> None:
    """Load the demonstration when the data folder is empty, then serve it until interrupted."""
    sms_url = f"file://{Settings().paths.root}/sms"  # what would leave by text message is kept there
    settings = Settings(
        demo=True, sms_url=sms_url, base_url=f"http://127.0.0.1:{port}", argon2_memory_kib=8192, argon2_time=1
    )
    app = create_app(settings)
    prepare(app)
    install(app)
    with app.app_context():
        if not loader.is_loaded():
            click.echo("Loading the demonstration (once)…")
            started = time.monotonic()
            with wide_open("the demonstration fills an empty instance"):
                loader.load()
            click.echo(f"Loaded in {time.monotonic() - started:.0f} s.")
            sys.stdout.flush()
            # Serving begins anew, without the memory that loading took.
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
    serve_embedded(app, "127.0.0.1", port, greeting=greeting(port))


def install(app: Flask) -> None:
    """Let the sign-in page name the demonstration's accounts."""
    app.extensions["maillage_demo_accounts"] = content.accounts


def greeting(port: int) -> str:
    lines = [
        "",
        f"  Maillage, demonstration: http://127.0.0.1:{port}",
        f"  Mails that left:         http://127.0.0.1:{port}/boite-d-envoi",
        f"  Password of all accounts: {content.PASSWORD}",
        "",
    ]
    lines += [f"  {row['email']:<48} {row['role']}, {row['organization']}" for row in content.accounts()]
    return "\n".join([*lines, "", "  Ctrl+C to stop.", ""])
