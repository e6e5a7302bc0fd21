"""Commands that keep an instance alive."""

import json
import os
from collections.abc import Iterable

import click
from pydantic import ValidationError

from maillage.console import make_app
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


def _tell(findings: Iterable[Finding], *, err: bool = False) -> bool:
    """Each as soon as it is found; whether one of them is wrong."""
    told = []
    for one in findings:
        click.echo(str(one), err=err)
        told.append(one)
    return any_wrong(told)
