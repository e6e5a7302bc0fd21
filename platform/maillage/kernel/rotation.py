"""Changing the key that wraps data keys: a new key in the ring, then every data key wrapped again, batch by batch.

Both keys open in the meantime, so nothing stops; stopped half-way, it goes on from where it was. A replaced key stays
in the ring as long as a backup may need it, then is destroyed: what was erased since cannot be opened from any copy.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, content_keys
from maillage.kernel.actor import Actor
from maillage.kernel.content_keys import ContentKey, KeyCanary
from maillage.kernel.crypto import KeyRing
from maillage.kernel.db import session, transaction
from maillage.kernel.progress import Progress, untold
from maillage.kernel.scope import unscoped

BATCH: Final = 500
BACKUPS_LIVE: Final = timedelta(days=35)

EVERY_KEY = "every data key is wrapped again"
_WRAPPED: Final = ContentKey.kind.in_(content_keys.OF_THE_RING)


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: the key that wraps now, how many data keys went over to it, the keys that were destroyed."""

    active: str
    rewrapped: int
    resumed: bool
    destroyed: tuple[str, ...]


def rotate(actor: Actor, *, progress: Progress = untold) -> Rotation:
    """Begin with a new key, or finish what an earlier rotation left undone. Raises KeyRingError, SealBroken."""
    with unscoped(EVERY_KEY, ContentKey):
        return _rotate(actor, progress)


def _rotate(actor: Actor, progress: Progress) -> Rotation:
    ring = content_keys.ring()
    content_keys.check_ring(session())
    left = _left(session(), ring)
    resumed = left > 0 and bool(ring.replaced)
    if not resumed:
        ring = ring.renewed(clock.today())
        ring.save_over(content_keys.ring_file())
        left = _left(session(), ring)
    with transaction() as tx:
        content_keys.plant_canaries(tx)
        audit.record(tx, actor, "keys.rotated", "key", None, key=ring.active, resumed=resumed)
    done = _rewrap_all(ring, left, progress)
    return Rotation(ring.active, done, resumed, _destroy_outlived(actor, ring))


def status(session: Session) -> dict[str, int]:
    """How many data keys each key of the ring wraps, the active one last."""
    ring = content_keys.ring()
    query = select(ContentKey.key_id, func.count()).where(_WRAPPED).group_by(ContentKey.key_id)
    with unscoped(EVERY_KEY, ContentKey):
        found = {row[0]: row[1] for row in session.execute(query)}
    order = [*(key_id for key_id in ring.keys if key_id != ring.active), ring.active]
    return {key_id: found.get(key_id, 0) for key_id in order}


def _left(session: Session, ring: KeyRing) -> int:
    return session.scalar(select(func.count()).where(*_of_another_key(ring))) or 0


def _rewrap_all(ring: KeyRing, total: int, progress: Progress) -> int:
    """Until none is left: a process that was about to write with the key before may add one behind our back."""
    done = 0
    while count := _rewrap_from_the_start(ring, done, total, progress):
        done += count
    return done


def _rewrap_from_the_start(ring: KeyRing, before: int, total: int, progress: Progress) -> int:
    done, after = 0, UUID(int=0)
    while True:
        with transaction() as tx:
            rows = tx.scalars(
                select(ContentKey)
                .where(*_of_another_key(ring), ContentKey.id > after)
                .order_by(ContentKey.id)
                .limit(BATCH)
                .with_for_update()
            ).all()
            for row in rows:
                content_keys.wrap_again(row)
        if not rows:
            return done
        done, after = done + len(rows), rows[-1].id
        progress(before + done, max(total, before + done))


def _destroy_outlived(actor: Actor, ring: KeyRing) -> tuple[str, ...]:
    """Take keys out of the ring that wrap nothing any more and that no backup can need."""
    limit = clock.today() - BACKUPS_LIVE
    old = [key_id for key_id, day in ring.replaced.items() if day < limit]
    if not old:
        return ()
    with transaction() as tx:
        used = set(tx.scalars(select(ContentKey.key_id).where(ContentKey.key_id.in_(old)).distinct()))
        gone = tuple(key_id for key_id in old if key_id not in used)
        tx.execute(delete(KeyCanary).where(KeyCanary.key_id.in_(gone)))
        for key_id in gone:
            audit.record(tx, actor, "keys.destroyed", "key", None, key=key_id)
    ring.without(gone).save_over(content_keys.ring_file())
    return gone


def _of_another_key(ring: KeyRing) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _WRAPPED, ContentKey.key_id != ring.active
