"""The `maillage` command. Each command is a shell over a verb; refusals are one clear line and exit code 1."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

import click
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from maillage import upkeep
from maillage.console import Progress, make_app
from maillage.kernel import clock, jobs
from maillage.kernel.actor import SYSTEM
from maillage.kernel.crypto import KeyRingError
from maillage.kernel.errors import DomainError
from maillage.kernel.scope import wide_open
from maillage.operations import commands
from maillage.operations.archive import CopyRefused
from maillage.settings import Environment, Settings, SettingsError
from maillage_search.port import EngineUnavailable


def main() -> None:
    """Entry point: exit 0 on success, 1 on a refusal with one line on stderr, 2 on wrong usage."""
    try:
        sys.exit(cli(standalone_mode=False))  # commands return nothing; an Exit comes back as its code
    except click.Abort:
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ValidationError as error:
        first = error.errors()[0]
        _refuse(f"{'.'.join(map(str, first['loc'])) or 'settings'}: {first['msg']}")
    except EngineUnavailable as error:
        _refuse(f"the search engine does not answer: {error}")
    except DBAPIError as error:
        _refuse(f"the database refuses ({type(error.orig).__name__}): `maillage doctor` says what it can")
    except (SettingsError, KeyRingError, DomainError, CopyRefused, OSError) as error:
        _refuse(str(error))


def _refuse(line: str) -> None:
    click.echo(f"maillage: {line}", err=True)
    sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Partner directory and secure referral exchange for social housing."""


@cli.command()
def init() -> None:
    """Create the data folder, its secrets where there are none, and an up-to-date database."""
    from maillage.setup import first_secrets, prepare

    settings = Settings()
    first_secrets(settings)
    prepare(make_app(settings))
    click.echo(f"Ready: {settings.paths.root}")


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the pages and run the background work in this process."""
    from maillage.setup import serve_embedded

    serve_embedded(make_app(), host, port)


@cli.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo(port: int) -> None:
    """Load the fictional demonstration when it is not there, and serve it on 127.0.0.1."""
    from maillage.demo import run

    run(port)


@cli.group("db")
def database() -> None:
    """The database."""


@database.command("upgrade")
def upgrade() -> None:
    """Bring the database to this version."""
    from maillage.setup import prepare

    prepare(make_app())
    click.echo("The database is up to date.")


@cli.command()
@click.option("--once", is_flag=True, help="Drain what is due, then stop.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64), help="RQ workers, with a Redis.")
@click.option("--one", is_flag=True, hidden=True)
def worker(once: bool, processes: int, one: bool) -> None:
    """Run the background work in a process of its own; with MAILLAGE_REDIS_URL, through RQ workers."""
    from maillage import rq_workers
    from maillage.worker import run_forever

    app = make_app()
    if one:
        rq_workers.work(app, rq_workers.queue_at(app.extensions["maillage_settings"].redis_url))
    elif once:
        with app.app_context():
            click.echo(f"{jobs.drain()} jobs done")
    else:
        run_forever(app, processes)


@cli.command()
@click.option("--at", "moment", type=click.DateTime(), help="Live at this time (UTC), in development only.")
def tick(moment: datetime | None) -> None:
    """Run the periodic chores that are due."""
    app = make_app()
    if moment and app.extensions["maillage_settings"].env is Environment.PRODUCTION:
        raise click.ClickException("--at is for development only")
    with app.app_context(), clock.at(moment.replace(tzinfo=UTC) if moment else clock.now()):
        click.echo(", ".join(jobs.tick()) or "nothing due")
        jobs.drain()


@cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "format_name", required=True)
@click.option("--dry-run", is_flag=True, help="Check every row and write nothing.")
@click.option("--refusals", type=click.Path(dir_okay=False, path_type=Path), help="Write refused rows here as CSV.")
def import_file(file: Path, format_name: str, dry_run: bool, refusals: Path | None) -> None:
    """Import a directory file; ends with one JSON line of counts."""
    from maillage.directory.imports import FORMATS, run_import

    if format_name not in FORMATS:
        raise click.UsageError(f"unknown format {format_name!r}: one of {', '.join(sorted(FORMATS))}")
    with make_app().app_context():
        report = run_import(SYSTEM, path=file, format=format_name, dry_run=dry_run, progress=Progress(file.name))
        jobs.drain()
    for refusal in report.refusals[:20]:
        click.echo(f"line {refusal.line}: {refusal.reason}", err=True)
    if refusals is not None:
        report.write_refusals(refusals)
    click.echo(json.dumps(report.counts()))


@cli.group()
def search() -> None:
    """The search index, a projection of the database."""


@search.command("rebuild")
def search_rebuild() -> None:
    """Make the index anew beside the old one, then swap."""
    from maillage.directory.service import rebuild_index

    with make_app().app_context():
        count = rebuild_index(SYSTEM, progress=Progress("index"))
    click.echo(f"{count} services indexed")


@search.command("check")
def search_check() -> None:
    """Compare the index with the database; exit 1 on drift."""
    from maillage.directory.service import index_drift

    with make_app().app_context():
        drift = index_drift()
    click.echo(json.dumps(drift))
    if any(drift.values()):
        raise click.exceptions.Exit(1)


@search.command("eval")
@click.argument("queries", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--engine", type=click.Choice(["embedded", "elastic"]), default="embedded", show_default=True)
@click.option(
    "--corpus",
    envvar="MAILLAGE_BENCH_DATA",
    show_envvar=True,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the four open files.",
)
@click.option("--known-items", type=click.IntRange(1), help="Look for so many records by their names.")
@click.option("--seed", type=int, default=1, show_default=True, help="Draws those records.")
def search_eval(
    queries: tuple[Path, ...], engine: Literal["embedded", "elastic"], corpus: Path, known_items: int | None, seed: int
) -> None:
    """Measure the quality of search on open files and judged queries; ends with one JSON line.

    The index is made for the occasion, and removed: no instance is touched.
    """
    from maillage.search_trial import engine_to_try
    from maillage_search import evaluation
    from maillage_search.measuring import Measuring, table

    if not queries and not known_items:
        raise click.UsageError("name a file of queries, or --known-items")
    inside = corpus / "fr"
    documents = evaluation.corpus(inside if inside.is_dir() else corpus)
    found = {}
    with engine_to_try(engine, Settings()) as tried:
        measuring = Measuring(tried, documents)
        for file in queries:
            found[file.name] = measuring.queries(evaluation.read_queries(file))
        if known_items:
            found[f"{known_items} records, seed {seed}"] = measuring.names(known_items, seed)
    for name, measures in found.items():
        click.echo(f"{name}, {engine}, {len(documents)} documents\n{table(measures)}\n")
    click.echo(json.dumps({"engine": engine, "documents": len(documents)} | found, ensure_ascii=False))


cli.add_command(upkeep.keys)
cli.add_command(upkeep.kept)
cli.add_command(upkeep.audit_trail)
cli.add_command(commands.settings_group)
cli.add_command(commands.doctor_command)
cli.add_command(commands.mail_group)
cli.add_command(commands.backup_command)
cli.add_command(commands.restore_command)


@cli.group()
def users() -> None:
    """Accounts."""


@users.command("create")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--organization", "org_id", type=click.UUID, help="Id of an organisation that exists.")
@click.option("--host", help="Create the host organisation of this name first: the very first account.")
@click.option("--role", "roles", multiple=True, required=True)
@click.password_option()
def users_create(
    email: str, name: str, org_id: UUID | None, host: str | None, roles: tuple[str, ...], password: str
) -> None:
    """Create a user in an organisation."""
    from maillage.accounts.service import create_organization, create_user

    if (org_id is None) == (host is None):
        raise click.UsageError("name either --organization or --host")
    with make_app().app_context():
        org_id = org_id or create_organization(
            SYSTEM, name=host or "", kind="host", country="FR", email=email, status="vetted"
        )
        user_id = create_user(
            SYSTEM, email=email, name=name, password=password, org_id=org_id, roles=list(roles), job_title=None
        )
    click.echo(str(user_id))


@cli.group()
def tokens() -> None:
    """API tokens."""


@tokens.command("create")
@click.option("--user", "user_id", required=True, type=click.UUID)
@click.option("--organization", "org_id", required=True, type=click.UUID)
@click.option("--label", required=True)
@click.option("--scope", "scopes", multiple=True, help="A permission; all of the user's when none is named.")
def tokens_create(user_id: UUID, org_id: UUID, label: str, scopes: tuple[str, ...]) -> None:
    """Issue a token; it is shown once."""
    from maillage.accounts.service import issue_token

    with make_app().app_context():
        click.echo(
            issue_token(SYSTEM, user_id=user_id, org_id=org_id, label=label, scopes=list(scopes), expires_at=None)
        )


@cli.command()
@click.argument("name", type=click.Choice(["three-orgs"]))
@click.option("--json", "as_json", is_flag=True, required=True, help="Print what was made as JSON.")
def scenario(name: str, as_json: bool) -> None:
    """Load a small world for tests from outside; on an empty database, never in production."""
    from maillage.demo.scenarios import three_orgs

    settings = Settings()
    if settings.production:
        raise click.ClickException("scenarios are for development only")
    app = make_app(settings)
    from maillage.setup import prepare

    prepare(app)
    with app.app_context(), wide_open("a scenario fills an empty instance"):
        click.echo(json.dumps(three_orgs(), ensure_ascii=False))


if __name__ == "__main__":
    main()
