"""Jobs of sessions: shells over use-cases."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.network.events import notices
from maillage.network.events.folder import material_folder
from maillage.network.events.models import Event, EventMaterial, Registration
from maillage.network.events.notices import Occasion
from maillage.network.events.service import materials, telling


@jobs.handles(notices.JOB_TELL, opens=(Event, Registration))
def tell(_job_id: UUID, payload: dict[str, Any]) -> None:
    only = payload.get("registration_id")
    telling.tell_them(
        UUID(payload["event_id"]), Occasion(payload["occasion"]), payload["mark"], UUID(only) if only else None
    )


@jobs.every(timedelta(hours=1), "events.remind", opens=(Event, Registration))
def remind(now: datetime) -> None:
    telling.remind(now)


@jobs.every(timedelta(days=1), "events.sweep_materials", opens=(EventMaterial,))
def sweep(now: datetime) -> None:
    materials.sweep(now, folder=material_folder())
