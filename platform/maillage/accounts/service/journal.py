"""The journal taken away as a file, and its ends noted outside the database."""

import csv
import io

from maillage.accounts.queries import JournalSearch, journal_entries
from maillage.accounts.words import action_in_words
from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden
from maillage.kernel.tables import in_cell

COLUMNS = ("numéro", "date (UTC)", "qui", "quoi", "code", "sujet", "à qui", "pourquoi", "canal")


def export_journal(actor: Actor, *, search: JournalSearch) -> str:
    """The journal of the actor's organisation as CSV; that it was taken is its next entry."""
    if actor.org_id is None or not actor.can("organization.audit"):
        raise Forbidden()
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow(COLUMNS)
    with transaction() as session:
        for number, line in journal_entries(session, actor.org_id, search):
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
        audit.record(session, actor, "journal.exported", "organization", actor.org_id, what=search.what)
    return "\ufeff" + file.getvalue()  # so that spreadsheets read the accents
