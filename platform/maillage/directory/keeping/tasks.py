"""Jobs and chores of what is kept."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import current_app

from maillage.directory.keeping import pdf, service
from maillage.directory.keeping.folder import booklet_folder
from maillage.directory.keeping.models import Booklet, SavedSearch
from maillage.directory.keeping.service.booklets import FILL
from maillage.directory.keeping.short import shorten
from maillage.kernel import clock, jobs


@jobs.handles(FILL, opens=(Booklet,))
def fill_booklet(_job_id: UUID, payload: dict[str, Any]) -> None:
    draw = partial(pdf.draw, link=_record_address, on=clock.today())
    service.fill_booklet(UUID(payload["booklet_id"]), folder=booklet_folder(), draw=draw)


@jobs.every(timedelta(minutes=1), "directory.saved_searches", opens=(SavedSearch,))
def run_due_searches(now: datetime) -> None:
    service.run_due_searches(now)


@jobs.every(timedelta(hours=1), "directory.forget_booklets", opens=(Booklet,))
def forget_booklets(now: datetime) -> None:
    service.forget_booklets(now, booklet_folder())


def _record_address(service_id: UUID) -> str:
    base: str = current_app.extensions["maillage_settings"].base_url
    return f"{base.rstrip('/')}/s/{shorten(service_id)}"
