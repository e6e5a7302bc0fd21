"""Who leads a group, hands it over, leaves it: never a group without anybody who answers for it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.network.groups import notices, queries
from maillage.network.groups.models import Group
from maillage.network.groups.policy import Deed
from maillage.network.groups.queries import Peer, Standing
from maillage.network.groups.service import seats

COORDINATION = "coordination"
WHO_NEXT = "Dites à qui vous confiez le groupe : un membre, ou la coordination du réseau."
NO_ROLE = (
    "Cette personne n’a pas encore le rôle « Chef de réseau » : l’administrateur de son organisation le donne, "
    "à la page des membres."
)


def name_lead(actor: Actor, *, group_id: UUID, member_id: UUID) -> str:
    """Make a member a lead of the group too; their name. Raises Invalid for who has not the role."""
    with transaction() as session:
        queries.standing(session, actor, group_id, Deed.ANIMATE)
        peer = _peer(session, group_id, member_id)
        _entrust(session, actor, group_id, peer)
        return peer.name


def end_lead(actor: Actor, *, group_id: UUID, member_id: UUID) -> None:
    """The coordination takes the lead of a group back; the person stays a member."""
    with transaction() as session:
        queries.standing(session, actor, group_id, Deed.COORDINATE)
        seats.change(session, _peer(session, group_id, member_id).member_id, is_lead=False)
        audit.record(session, actor, "group.lead_ended", "group", group_id)


def remove(actor: Actor, *, group_id: UUID, member_id: UUID) -> str:
    """End somebody's part in a group, by who animates it; a lead's, by the coordination. Their name."""
    with transaction() as session:
        stands = queries.standing(session, actor, group_id, Deed.ANIMATE)
        peer = _peer(session, group_id, member_id)
        if peer.is_lead and not stands.may(Deed.COORDINATE):
            raise Forbidden("Seule la coordination retire un chef de réseau.")
        seats.change(session, peer.member_id, is_lead=False, until=clock.now())
        audit.record(session, actor, "group.removed", "group", group_id)
        return peer.name


def step_down(actor: Actor, *, group_id: UUID, successor: str = "", leaving: bool) -> None:
    """Stop leading a group, and with `leaving` being in it. The last lead says who is next: `successor` is the id of a
    member's seat, or COORDINATION. Raises Invalid for neither."""
    with transaction() as session:
        stands = queries.standing(session, actor, group_id)
        mine = stands.membership
        if mine is None:
            raise Conflict("Vous ne faites pas partie de ce groupe.")
        if mine.is_lead:
            _hand_over(session, actor, stands, successor)
        elif not leaving:
            raise Forbidden()
        seats.change(session, mine.id, is_lead=False, until=clock.now() if leaving else None)
        audit.record(session, actor, "group.left" if leaving else "group.lead_ended", "group", group_id)


def _hand_over(session: Session, actor: Actor, stands: Standing, successor: str) -> None:
    """Two last leads who leave at once would each count on the other: the group is locked first."""
    group_id = stands.group.id
    session.execute(select(Group.id).where(Group.id == group_id).with_for_update())
    others = [one for one in queries.peers(session, group_id) if one.user_id != actor.user_id]
    if successor == COORDINATION:
        audit.record(session, actor, "group.to_coordination", "group", group_id)
        _tell(session, group_id, None)
    elif successor:
        chosen = next((one for one in others if str(one.member_id) == successor), None)
        if chosen is None:
            raise Invalid(fields={"successor": "Choisissez une personne du groupe."})
        _entrust(session, actor, group_id, chosen)
    elif not any(one.is_lead and one.may_lead for one in others):
        raise Invalid(fields={"successor": WHO_NEXT})


def _entrust(session: Session, actor: Actor, group_id: UUID, peer: Peer) -> None:
    if not peer.may_lead:
        raise Invalid(NO_ROLE, fields={"successor": NO_ROLE})
    if peer.is_lead:
        return
    seats.change(session, peer.member_id, is_lead=True)
    audit.record(session, actor, "group.lead_named", "group", group_id)
    _tell(session, group_id, peer.user_id)


def _tell(session: Session, group_id: UUID, user_id: UUID | None) -> None:
    told = {"group_id": str(group_id), "user_id": str(user_id) if user_id else ""}
    outbox.enqueue(session, notices.JOB_LEAD, told, dedup_key=f"lead:{group_id}:{user_id}:{clock.now().isoformat()}")


def _peer(session: Session, group_id: UUID, member_id: UUID) -> Peer:
    found = next((one for one in queries.peers(session, group_id) if one.member_id == member_id), None)
    if found is None:
        raise NotFound()
    return found
