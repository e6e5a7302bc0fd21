"""The agenda: asked for by everybody, put in order by the lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict
from maillage.kernel.ids import new_id
from maillage.network.meetings import policy
from maillage.network.meetings.codes import Act, Who
from maillage.network.meetings.models import MeetingItem
from maillage.network.meetings.queries.meetings import stance
from maillage.network.meetings.service.taking import ensure_kept, own_id, take


@dataclass(frozen=True, slots=True)
class Place:
    """Where the lead puts a point; without `position`, not this time."""

    item_id: UUID
    position: int | None
    lasts: int | None


def propose(actor: Actor, *, meeting_id: UUID, title: str, lasts: int | None = None) -> UUID:
    """Ask for a point. Who animates the group puts theirs at the end of the agenda at once."""
    user_id = own_id(actor)
    ensure_kept({"title": title})
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.PROPOSE)
        of_meeting = select(func.count(), func.max(MeetingItem.position)).where(MeetingItem.meeting_id == meeting.id)
        count, last = session.execute(of_meeting).one()
        if count >= policy.MOST_ITEMS:
            raise Conflict(f"Un ordre du jour compte {policy.MOST_ITEMS} points au plus.")
        item = MeetingItem(id=new_id(), meeting_id=meeting.id, group_id=meeting.group_id, proposed_by=user_id)
        item.title, item.lasts = title, lasts
        if stance(session, actor, meeting.group_id) is Who.LEAD:
            item.position = (last or 0) + 1
        session.add(item)
        return item.id


def order(actor: Actor, *, meeting_id: UUID, places: Sequence[Place]) -> None:
    """Put the points in order, as numbered; equal numbers keep the order of the page. Unknown ids are left out."""
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.ORDER)
        items = {it.id: it for it in session.scalars(select(MeetingItem).where(MeetingItem.meeting_id == meeting.id))}
        placed = [it for it in places if it.item_id in items]
        kept = sorted((it for it in placed if it.position is not None), key=lambda it: it.position or 0)
        for place in placed:
            items[place.item_id].set_aside = place.position is None
            items[place.item_id].lasts = place.lasts
            items[place.item_id].position = None
        for number, place in enumerate(kept, start=1):
            items[place.item_id].position = number
        audit.record(session, actor, "meeting.order", "meeting", meeting.id)
