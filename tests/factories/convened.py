"""The meetings of the world of attackers: those of N's group, and one of a group that knows nothing of it."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from factories.networked import OURS, THEIRS
from maillage.kernel import clock
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_id, new_secret
from maillage.network.groups.models import GroupMember
from maillage.network.meetings.codes import State
from maillage.network.meetings.models import (
    Meeting,
    MeetingAction,
    MeetingDate,
    MeetingDecision,
    MeetingGuest,
    MeetingItem,
)

if TYPE_CHECKING:
    from factories.world import Scene

LEADS = ("N.lead", "N.coordinator")


def populate(scene: "Scene") -> None:
    """A meeting to come and one just held for N's group; one just held for the other group. Few: every route knocks
    at each of them, for everybody."""
    for thing, mark in zip(scene.things_named("group_id"), ("781", "782"), strict=True):
        ours = mark == "781"
        readers = OURS if ours else THEIRS
        user_id = session().scalar(select(GroupMember.user_id).where(GroupMember.group_id == thing.id).limit(1))
        for state in (State.PLANNED, State.HELD) if ours else (State.HELD,):
            _meeting(scene, thing.id, user_id, state, f"{mark}{list(State).index(state)}", readers)


def _meeting(scene: "Scene", group_id: UUID, user_id: UUID, state: State, mark: str, readers: tuple[str, ...]) -> None:
    at, ids = clock.now() + timedelta(days=9), {"group_id": group_id, "meeting_id": new_id()}
    meeting = Meeting(id=ids["meeting_id"], group_id=group_id, created_by=user_id, state=state)
    meeting.title, meeting.place, meeting.summary = (
        f"{word} CANARI-MEETING-{mark}" for word in ("Réunion", "Salle", "Dit")
    )
    meeting.starts_at = at
    guest = MeetingGuest(id=new_id(), **ids, name=f"Invité CANARI-GUEST-{mark}", email=f"{mark}@guest.example")
    guest.secret_hash, guest.expires_at, guest.invited_by = new_secret(), at, user_id
    decision = MeetingDecision(id=new_id(), **ids, text=f"Décision CANARI-MINUTES-{mark}")
    action = MeetingAction(id=new_id(), **ids, what=f"Action CANARI-ACTION-{mark}", owner_id=user_id, due_on=at.date())
    with transaction() as tx:
        tx.add(meeting)
        tx.flush()
        tx.add_all((guest, decision, action, MeetingDate(**ids, starts_at=at)))
        tx.add(MeetingItem(**ids, title=f"Point CANARI-MEETING-{mark}", position=1, proposed_by=user_id))
    animate = LEADS if readers is OURS else ()
    scene.add("meeting_id", meeting.id, *readers)
    if state is State.HELD:
        scene.add("action_id", action.id, *readers)
        scene.add("decision_id", decision.id, *animate)
    if state is State.PLANNED or readers is THEIRS:
        scene.add("guest_id", guest.id, *animate)
    for text, known in (("MEETING", readers), ("GUEST", readers), ("ACTION", animate), ("MINUTES", animate)):
        scene.world["canaries"].append({"text": f"CANARI-{text}-{mark}", "readers": list(known)})
