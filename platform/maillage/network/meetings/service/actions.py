"""Actions: entrusted at one meeting, followed at the next ones until somebody says how they ended."""

from datetime import date
from uuid import UUID

from sqlalchemy import CursorResult, update

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.kernel.ids import new_id
from maillage.network.groups.queries import peers
from maillage.network.meetings import policy
from maillage.network.meetings.codes import Act, ActionState, Who
from maillage.network.meetings.models import MeetingAction
from maillage.network.meetings.queries.meetings import find, stance
from maillage.network.meetings.queries.minutes import action
from maillage.network.meetings.service.taking import ensure_kept, own_id, take

NOT_YOURS = "Seule la personne qui en est chargée, ou l’animation du groupe, peut le dire."


def entrust(actor: Actor, *, meeting_id: UUID, what: str, owner_id: UUID, due_on: date) -> UUID:
    """Entrust something to an active member of the group. Raises Invalid."""
    ensure_kept({"what": what})
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.WRITE)
        if owner_id not in {peer.user_id for peer in peers(session, meeting.group_id)}:
            raise Invalid(fields={"owner_id": "Choisissez un membre du groupe."})
        today = clock.today(actor.country)
        if not today <= due_on <= today + policy.FURTHEST:
            raise Invalid(fields={"due_on": "Choisissez un jour à venir, d’ici deux ans."})
        row = MeetingAction(id=new_id(), meeting_id=meeting.id, group_id=meeting.group_id, what=what)
        row.owner_id, row.due_on, row.state = owner_id, due_on, ActionState.OPEN
        session.add(row)
        audit.record(session, actor, "meeting.entrust", "meeting", meeting.id)
        return row.id


def close_action(actor: Actor, *, action_id: UUID, state: ActionState, word: str) -> UUID:
    """Say that an action is done, or that it is given up, with a word; its group. Raises Forbidden, Conflict."""
    user_id = own_id(actor)
    ensure_kept({"word": word})
    with transaction() as session:
        row = action(session, action_id, lock=True)
        who = stance(session, actor, row.group_id)
        policy.check(who, find(session, row.meeting_id), Act.FOLLOW)
        if who is not Who.LEAD and row.owner_id != user_id:
            raise Forbidden(NOT_YOURS)
        done = session.execute(
            update(MeetingAction)
            .where(MeetingAction.id == action_id, MeetingAction.state == ActionState.OPEN)
            .values(state=state, word=word, closed_at=clock.now(), closed_by=user_id)
        )
        assert isinstance(done, CursorResult)
        if done.rowcount != 1:
            raise Conflict("Cette action est déjà close.")
        audit.record(session, actor, f"meeting.action_{state}", "meeting", row.meeting_id)
        return row.group_id
