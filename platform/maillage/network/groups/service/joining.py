"""Coming into a group: somebody asks, or is asked; the other side answers."""

from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.network.groups import notices, policy, queries
from maillage.network.groups.models import Answer, EntryKind, Group, GroupEntry
from maillage.network.groups.policy import Deed
from maillage.network.groups.service import seats

NOT_HERE = (
    "Personne n’a cette adresse dans les organisations du réseau. Demandez à son organisation de l’inviter "
    "sur Maillage, ou à la coordination d’ajouter l’organisation au réseau."
)


def ask(actor: Actor, *, group_id: UUID, words: str = "") -> UUID:
    """Ask to join a group of a network of one's organisation. Raises Conflict while something waits already."""
    with transaction() as session:
        stands = queries.standing(session, actor, group_id, Deed.ASK)
        assert actor.user_id is not None and actor.org_id is not None
        return _open(session, actor, stands.group, EntryKind.REQUEST, actor.user_id, actor.org_id, words)


def invite(actor: Actor, *, group_id: UUID, email: str, words: str = "") -> UUID:
    """Ask somebody of the network's companies to join. Raises Invalid for an address that nobody has there."""
    with transaction() as session:
        stands = queries.standing(session, actor, group_id, Deed.ANIMATE)
        found = queries.person_of(session, stands.network.id, email)
        if found is None:
            raise Invalid(fields={"email": NOT_HERE})
        if found[0] in {one.user_id for one in queries.peers(session, group_id)}:
            raise Invalid(fields={"email": "Cette personne est déjà membre du groupe."})
        return _open(session, actor, stands.group, EntryKind.INVITATION, *found, words)


def respond(actor: Actor, *, entry_id: UUID, answer: Answer) -> GroupEntry:
    """Answer a request or an invitation, or take back one's own. Raises NotFound for those of others, Conflict when
    it was answered already."""
    with transaction() as session:
        entry = session.get(GroupEntry, entry_id)
        if entry is None or not _may(session, actor, entry, answer):
            raise NotFound()
        open_one = (GroupEntry.id == entry_id, GroupEntry.answered_at.is_(None))
        values = {"answer": answer.value, "answered_at": clock.now(), "answered_by": actor.user_id}
        done = session.execute(update(GroupEntry).where(*open_one).values(**values))
        assert isinstance(done, CursorResult)
        if done.rowcount == 0:
            raise Conflict("Une réponse a déjà été donnée.")
        if answer is Answer.ACCEPTED:
            seats.take(session, entry)
        audit.record(session, actor, f"group.{answer.value}", "group", entry.group_id)
        if answer is not Answer.WITHDRAWN:
            outbox.enqueue(session, notices.JOB_ANSWERED, {"entry_id": str(entry_id)}, dedup_key=f"answered:{entry_id}")
        return entry


def _open(
    session: Session, actor: Actor, group: Group, kind: EntryKind, user_id: UUID, org_id: UUID, words: str
) -> UUID:
    waiting = select(GroupEntry.id).where(
        GroupEntry.group_id == group.id, GroupEntry.user_id == user_id, GroupEntry.answered_at.is_(None)
    )
    if session.scalar(waiting) is not None:
        raise Conflict("Une demande ou une invitation attend déjà une réponse.")
    if actor.user_id is None:
        raise Forbidden()
    entry = GroupEntry(id=new_id(), group_id=group.id, kind=kind, user_id=user_id, org_id=org_id, words=words)
    entry.by_user_id = actor.user_id
    session.add(entry)
    action = "group.asked" if kind is EntryKind.REQUEST else "group.invited"
    audit.record(session, actor, action, "group", group.id)
    outbox.enqueue(session, notices.JOB_OPENED, {"entry_id": str(entry.id)}, dedup_key=f"entry:{entry.id}")
    return entry.id


def _may(session: Session, actor: Actor, entry: GroupEntry, answer: Answer) -> bool:
    """Whoever opened it takes it back; the other side answers."""
    mine = entry.user_id == actor.user_id and entry.org_id == actor.org_id
    theirs_to_say = (entry.kind == EntryKind.REQUEST) == (answer is Answer.WITHDRAWN)
    if theirs_to_say:
        return mine and actor.can(policy.TAKE_PART)
    return queries.is_lead(session, actor, entry.group_id)
