"""Files handed out with a session: checked as any file from outside, sealed, opened by who has a place."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from maillage.kernel import audit, content_keys, files
from maillage.kernel.actor import Actor
from maillage.kernel.db import session as reading
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid
from maillage.kernel.ids import new_id
from maillage.kernel.uploads import Upload
from maillage.network.events import policy, queries
from maillage.network.events.codes import Act
from maillage.network.events.models import SUBJECT, EventMaterial

SWEPT_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opened:
    name: str
    media_type: str
    size: int
    chunks: Iterator[bytes]


def add_material(actor: Actor, *, event_id: UUID, upload: Upload, folder: Path) -> UUID:
    """Hand out a checked file. One whose transaction fails stays unnamed on disk, sealed, until it is swept."""
    with transaction() as session:
        event = queries.stance(session, actor, event_id, Act.ADD_MATERIAL).event
        if len(queries.materials(session, event_id)) >= policy.MOST_MATERIALS:
            raise Invalid(fields={"file": f"Une session a {policy.MOST_MATERIALS} supports au plus."})
        assert actor.user_id is not None
        size = len(upload.data)
        row = EventMaterial(
            id=new_id(), event_id=event_id, network_id=event.network_id, host_id=event.group_id, added_by=actor.user_id
        )
        row.name, row.media_type, row.size = upload.name, upload.media_type, size
        key = content_keys.create_key(session, SUBJECT, row.id)
        row.stored = files.write_sealed(folder, key, io.BytesIO(upload.data), size, _context(row.id))
        session.add(row)
        audit.record(session, actor, "event.material_added", "event", event_id)
        return row.id


def open_material(actor: Actor, *, event_id: UUID, material_id: UUID, folder: Path) -> Opened:
    """A file to read, for who has a place or organises. Raises NotFound."""
    session = reading()
    queries.stance(session, actor, event_id)
    row = queries.find_material(session, event_id, material_id)
    key = content_keys.open_key(session, SUBJECT, row.id)
    return Opened(row.name, row.media_type, row.size, files.read_sealed(folder, key, row.stored, _context(row.id)))


def remove_material(actor: Actor, *, event_id: UUID, material_id: UUID, folder: Path) -> None:
    with transaction() as session:
        queries.stance(session, actor, event_id, Act.ADD_MATERIAL)
        row = queries.find_material(session, event_id, material_id)
        stored = row.stored
        content_keys.destroy_keys(session, SUBJECT, row.id)
        session.delete(row)
        audit.record(session, actor, "event.material_removed", "event", event_id)
    files.remove(folder, stored)


def sweep(now: datetime, *, folder: Path) -> int:
    """Remove files that no row names: a crash came between the file and its row. Returns how many."""
    known = set(reading().scalars(select(EventMaterial.stored)))
    gone = [name for name in files.names_older_than(folder, (now - SWEPT_AFTER).timestamp()) if name not in known]
    for name in gone:
        files.remove(folder, name)
    return len(gone)


def _context(material_id: UUID) -> str:
    return f"event_material|{material_id}|bytes"
