"""Jobs and chores of the directory: shells over its verbs."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import url_for

from maillage.accounts.policy import PLATFORM
from maillage.directory import service
from maillage.directory.keeping.models import SavedSearch
from maillage.directory.keeping.service import look_again
from maillage.directory.service.changes import PROJECT
from maillage.directory.service.projection import REBUILD
from maillage.kernel import background, jobs


def rebuild(run: background.Run) -> None:
    service.rebuild_index(run.actor, progress=run.progress)


background.does(
    background.Kind(
        REBUILD,
        label="Recherche",
        work=rebuild,
        unit=("fiche", "fiches"),
        back=lambda params: ("Index de recherche", url_for("search_index.show")),
        permission=PLATFORM,
    )
)


@jobs.handles(PROJECT, opens=(SavedSearch,))
def project(_job_id: UUID, payload: dict[str, Any]) -> None:
    service.project([UUID(service_id) for service_id in payload["service_ids"]])
    look_again()


@jobs.handles("organization.changed")
def follow_organization(_job_id: UUID, payload: dict[str, Any]) -> None:
    service.project_organization(UUID(payload["org_id"]))


@jobs.every(timedelta(hours=1), "directory.reconcile")
def reconcile(_now: datetime) -> None:
    service.reconcile()


@jobs.every(timedelta(minutes=1), "directory.refill_index")
def refill_index(_now: datetime) -> None:
    service.refill_index()


@jobs.every(timedelta(days=1), "directory.forget_erased")
def forget_erased(_now: datetime) -> None:
    service.forget_erased()


@jobs.every(timedelta(hours=1), "directory.lapse_capacities")
def lapse_capacities(_now: datetime) -> None:
    service.lapse_capacities()
