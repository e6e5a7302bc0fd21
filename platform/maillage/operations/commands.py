"""Commands that keep an instance alive."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import click
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from maillage.console import Progress, make_app
from maillage.operations.findings import Finding, any_wrong
from maillage.settings import Settings


@click.group("config")
def settings_group() -> None:
    """Settings."""


@settings_group.command("check")
def config_check() -> None:
    """Print the effective settings, secrets covered, and what must be mended in them; exit 1 when something must."""
    from maillage.operations import config

    found = list(config.unknown_names(os.environ))
    try:
        settings = Settings()
    except ValidationError as error:
        found += config.refusals(error)
    else:
        click.echo(json.dumps(settings.model_dump(mode="json"), indent=2))
        found += config.check(settings)
    if _tell(found, err=True):
        raise click.exceptions.Exit(1)


@click.command("doctor")
def doctor_command() -> None:
    """Look at every part that this instance needs, a line each with its remedy; exit 1 when something must be done."""
    from maillage.operations import doctor

    settings = Settings()
    if _tell(doctor.before_start(settings)):
        raise click.exceptions.Exit(1)
    app = make_app(settings)
    with app.app_context():
        failed = _tell(doctor.examine(settings))
    if failed:
        raise click.exceptions.Exit(1)


@click.group("mail")
def mail_group() -> None:
    """Mails that come back."""


@mail_group.command("bounces")
@click.argument("file", type=click.File("rb"), default="-")
def mail_bounces(file: BinaryIO) -> None:
    """Read one mail that came back (RFC 3464) and record whose address takes none; say what was made of it.

    Whatever the mail is, this ends well, or the mail server would send it back again; without a database it exits with
    75, and the server keeps the mail for later.
    """
    from maillage.notifications.returns import reports, service

    settings = Settings()
    raw = file.read(reports.LARGEST + 1)
    while file.read(1 << 16):  # a server whose pipe breaks takes that for a failure
        pass
    try:
        with make_app(settings).app_context():
            click.echo(service.take(raw, host=urlsplit(settings.base_url).hostname or ""))
    except (SQLAlchemyError, OSError) as error:
        click.echo(f"maillage: not now ({type(error).__name__})", err=True)
        raise click.exceptions.Exit(os.EX_TEMPFAIL) from None


@click.command("backup")
@click.argument("where", type=click.Path(path_type=Path))
def backup_command(where: Path) -> None:
    """Copy this instance to a file while it works; in a folder, under a dated name, and copies of over 35 days go.

    The key ring is not in the copy: without it nobody opens what is sealed, and you keep it apart.
    """
    from maillage.operations.backup import back_up

    settings = Settings()
    made = back_up(settings, where, progress=Progress("database"))
    for path in made.outlived:
        click.echo(f"{path.name}: over 35 days old, removed")
    click.echo(f"{made.path}: {made.size / 1e6:.1f} MB, {made.rows} rows, {made.files} files")
    click.echo(f"Not in it: the key ring ({settings.effective_keyring}). Keep a copy of it, elsewhere.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Lose what this instance holds.")
@click.option("--erasures", type=click.Path(path_type=Path), help="A later ledger of erasures, kept elsewhere.")
def restore_command(file: Path, replace: bool, erasures: Path | None) -> None:
    """Put a copy in the place of this instance, stopped, and prove it; the key ring must be there already."""
    from maillage.operations.restore import put_back, settle

    settings = Settings()
    restored = put_back(settings, file, replace=replace, erasures=erasures, progress=Progress("reading"))
    click.echo(f"copy: ok, of {restored.manifest.made_at:%Y-%m-%d %H:%M} UTC, by version {restored.manifest.version}")
    if restored.kept:
        click.echo(f"kept: what was here before is in {restored.kept}. Remove it when you need it no more.")
    elif replace:
        click.echo("kept: nothing, since no copy could be made of what was here before.")
    if _tell(settle(make_app(settings), restored)):
        raise click.exceptions.Exit(1)


def _tell(findings: Iterable[Finding], *, err: bool = False) -> bool:
    """Each as soon as it is found; whether one of them is wrong."""
    told = []
    for one in findings:
        click.echo(str(one), err=err)
        told.append(one)
    return any_wrong(told)
