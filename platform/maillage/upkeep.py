"""Commands about what is sealed, for how long, and who looked: keys, retention, audit trail."""

import click
from flask import Flask

from maillage.console import Progress, make_app
from maillage.kernel import anchors, clock, content_keys, jobs, retention, rotation
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import session
from maillage.kernel.paths import DataPaths, whole_lines


@click.group()
def keys() -> None:
    """The keys that wrap what is sealed."""


@keys.command("rotate")
def keys_rotate() -> None:
    """Make a new key and wrap everything again under it; finishes first what was interrupted."""
    with make_app().app_context():
        done = rotation.rotate(SYSTEM, progress=Progress("keys"))
    said = "Finished an interrupted rotation" if done.resumed else "Rotated"
    click.echo(f"{said}: {done.rewrapped} data keys are now under {done.active}.")
    for key_id in done.destroyed:
        click.echo(f"{key_id} wraps nothing any more and no backup is old enough to need it: destroyed.")


@keys.command("status")
def keys_status() -> None:
    """How many data keys each key wraps, and since when it was replaced."""
    with make_app().app_context():
        ring, counted = content_keys.ring(), rotation.status(session())
    for key_id, count in counted.items():
        since = f"replaced {ring.replaced[key_id]}" if key_id in ring.replaced else "active"
        click.echo(f"{key_id}: {count} data keys, {since}")


@click.group("retention")
def kept() -> None:
    """How long what is sealed is kept."""


@kept.command("run")
def retention_run() -> None:
    """Announce what ends within a month, and erase what has ended and was announced."""
    with make_app().app_context():
        done = retention.run(clock.now())
        jobs.drain()
    click.echo(f"{done.warned} announced, {done.erased} erased")


@click.group("audit")
def audit_trail() -> None:
    """The audit trail."""


@audit_trail.command("verify")
@click.option("--fingerprint", help="Of the anchors, as it was mailed: the file must still hold that line.")
def audit_verify(fingerprint: str | None) -> None:
    """Walk every chain and compare it with the anchors; exit 1 and name the first bad entry of a broken one."""
    app = make_app()
    with app.app_context():
        broken = anchors.verify(session(), _paths(app).anchors, told=fingerprint)
    for place in broken:
        click.echo(str(place), err=True)
    if broken:
        raise click.exceptions.Exit(1)
    click.echo("Every chain is whole.")


@audit_trail.command("anchor")
def audit_anchor() -> None:
    """Note the ends of the chains in a file outside the database now, and print its fingerprint."""
    app = make_app()
    with app.app_context():
        anchors.anchor(session(), _paths(app).anchors)
    click.echo(anchors.fingerprint(whole_lines(_paths(app).anchors)))


def _paths(app: Flask) -> DataPaths:
    paths: DataPaths = app.extensions["maillage_settings"].paths
    return paths
