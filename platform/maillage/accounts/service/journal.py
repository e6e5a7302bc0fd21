"""The journal taken away as a file, made in the background, and its ends noted outside the database."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from maillage.accounts.queries import JournalSearch, count_journal, journal_entries
from maillage.accounts.words import action_in_words
from maillage.kernel import audit, background, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Forbidden
from maillage.kernel.ids import parse_id
from maillage.kernel.tables import in_cell

EXPORT: Final = "accounts.journal"
COLUMNS = ("numéro", "date (UTC)", "qui", "quoi", "code", "sujet", "à qui", "pourquoi", "canal")


def order_journal(actor: Actor, *, search: JournalSearch) -> UUID:
    """Ask for the journal of the actor's organisation as CSV; that it was taken is its next entry."""
    if actor.org_id is None or not actor.can("organization.audit"):
        raise Forbidden()
    with transaction() as tx:
        audit.record(tx, actor, "journal.exported", "organization", actor.org_id, what=search.what)
        return background.order(tx, actor, EXPORT, title="Journal de l’organisation", params=_params(search))


def write_journal(run: background.Run) -> background.Made:
    """The journal that somebody ordered, as a file."""
    assert run.actor.org_id is not None
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow(COLUMNS)
    search, done = _search(run.params), 0
    total = count_journal(session(), run.actor.org_id, search)
    run.progress(0, total)
    for batch in journal_entries(session(), run.actor.org_id, search):
        for number, line in batch:
            told = (
                line.at.isoformat(timespec="seconds"),
                line.who,
                action_in_words(line.action),
                line.action,
                line.subject,
                line.whom,
                line.why,
                line.channel,
            )
            writer.writerow([number, *map(in_cell, told)])
        done += len(batch)
        run.progress(done, max(done, total))
    content = "\ufeff" + file.getvalue()  # so that spreadsheets read the accents
    return background.Made(f"journal-{clock.today():%Y-%m-%d}.csv", content.encode())


def _params(search: JournalSearch) -> dict[str, Any]:
    return {
        "who": str(search.who) if search.who else "",
        "what": search.what,
        "since": search.since.isoformat() if search.since else "",
        "until": search.until.isoformat() if search.until else "",
        "country": search.country,
    }


def _search(params: Mapping[str, Any]) -> JournalSearch:
    days = {name: date.fromisoformat(params[name]) for name in ("since", "until") if params[name]}
    return JournalSearch(who=parse_id(params["who"]), what=params["what"], country=params["country"], **days)
