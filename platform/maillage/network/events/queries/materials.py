"""What is handed out with a session."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel.errors import NotFound
from maillage.network.events.models import EventMaterial


def materials(session: Session, event_id: UUID) -> Sequence[EventMaterial]:
    """Those that the actor may open: their walls let in who has a place and who organises."""
    rows = select(EventMaterial).where(EventMaterial.event_id == event_id)
    return session.scalars(rows.order_by(EventMaterial.at, EventMaterial.id)).all()


def find_material(session: Session, event_id: UUID, material_id: UUID) -> EventMaterial:
    """Raises NotFound."""
    found = session.get(EventMaterial, material_id)
    if found is None or found.event_id != event_id:
        raise NotFound()
    return found
