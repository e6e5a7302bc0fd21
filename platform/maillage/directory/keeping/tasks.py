"""Jobs and chores of what is kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import current_app

from maillage.directory.addresses import href
from maillage.directory.keeping import codes, pdf, service
from maillage.directory.keeping.models import SavedSearch
from maillage.directory.keeping.service.booklets import BOOKLET, EMPTY
from maillage.directory.keeping.short import shorten
from maillage.kernel import background, clock, jobs


def make_booklet(run: background.Run) -> background.Made:
    return service.make_booklet(run, draw=partial(pdf.draw, link=_record_address, on=clock.today()))


def _results(params: Mapping[str, Any]) -> tuple[str, str]:
    return "Résultats", href(codes.to_state(params["search"]))


background.does(
    background.Kind(
        BOOKLET,
        label="Livret",
        work=make_booklet,
        unit=("service", "services"),
        back=_results,
        errors={
            EMPTY: "Rien ne répond exactement à cette recherche. Élargissez le territoire ou retirez un filtre.",
        },
    )
)


@jobs.every(timedelta(minutes=1), "directory.saved_searches", opens=(SavedSearch,))
def run_due_searches(now: datetime) -> None:
    service.run_due_searches(now)


def _record_address(service_id: UUID) -> str:
    base: str = current_app.extensions["maillage_settings"].base_url
    return f"{base.rstrip('/')}/s/{shorten(service_id)}"
