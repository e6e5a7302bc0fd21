"""Where every read starts: the referrals and situations that exist for an actor."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from maillage.accounts.queries import whose_work
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import UtcDateTime
from maillage.kernel.errors import NotFound, VaultShut
from maillage.referrals import policy, sealing
from maillage.referrals.codes import Kind, Route, Side
from maillage.referrals.content import Card
from maillage.referrals.glass.models import GlassBreak
from maillage.referrals.household.models import SituationReader
from maillage.referrals.models import Referral, ReferralAssignment, ReferralParty, Situation
from maillage.referrals.policy import Extent, Sight
from maillage.referrals.queries.bars import no_bar
from maillage.referrals.queries.kept import kept

# Read when a statement runs: those below are kept for an actor's next page.
_NOW = bindparam("now", callable_=clock.now, type_=UtcDateTime(), unique=True)


@kept
def visible(actor: Actor) -> Select[Referral]:
    """Referrals in which the actor's organisation has a part, as far as the actor's roles and need to know reach."""
    reach = policy.reach(actor)
    sides = (Side.SENDER, reach.sent), (Side.RECEIVER, reach.received)
    return within_reach(actor).where(or_(*(_part(actor, side, extent) for side, extent in sides)))


def within_reach(actor: Actor) -> Select[Referral]:
    """Referrals in which the actor's organisation has a part, but for those that are shut to the actor whatever they
    need to know: barred, kept apart, erased, or of a support when they answer to those who enter."""
    rows = (
        select(Referral)
        .join(ReferralParty, and_(ReferralParty.referral_id == Referral.id, ReferralParty.org_id == actor.org_id))
        .where(or_(_from_elsewhere(), _open_to(actor, Referral.situation_id)))
        .where(no_bar(actor, Referral.situation_id), Referral.erased_at.is_(None))
    )
    if policy.only_entries(actor):
        handed = (Referral.kind == Kind.INTERNAL,) if actor.can(policy.INSIDE) else ()
        rows = rows.where(or_(Referral.route == Route.ACCES, Referral.sender_user_id == actor.user_id, *handed))
    return rows.where(Referral.id == actor.only) if actor.only is not None else rows


def own(actor: Actor, side: Side) -> tuple[ColumnElement[bool], ...]:
    """What `visible` asks anyway of this side for who reads only their own, in words by which a database can begin with
    that little instead of reading all that the organisation has."""
    reach = policy.reach(actor)
    if side is Side.SENDER:
        return (Referral.sender_user_id == actor.user_id,) if reach.sent is Extent.MINE else ()
    if reach.received is not Extent.MINE or actor.can(policy.INSIDE):
        return ()
    entrusted = select(ReferralAssignment.referral_id).where(
        ReferralAssignment.user_id == actor.user_id, ReferralAssignment.org_id == actor.org_id
    )
    return (Referral.id.in_(entrusted),)


def load(session: Session, actor: Actor, referral_id: UUID) -> tuple[Referral, Side]:
    """One referral and the side on which the actor sees it. Raises NotFound for an unknown as for a foreign one,
    VaultShut to a program for one in vaults."""
    referral = session.scalar(visible(actor).where(Referral.id == referral_id))
    if referral is None:
        raise NotFound()
    side = policy.side_of(actor, referral, known=True)  # `visible` has found it
    if side is None:
        raise NotFound()
    _ensure_in_a_browser(actor, referral)
    return referral, side


@kept
def visible_situations(actor: Actor) -> Select[Situation]:
    """Situations of the actor's organisation, as far as the actor's roles and need to know reach."""
    sent = policy.reach(actor).sent
    reads = _reads(actor, Situation.id)
    near = {
        Extent.NONE: false(),
        Extent.MINE: or_(Situation.created_by == actor.user_id, reads),
        Extent.ALL: true(),
    }
    if sent is Extent.KNOWN:
        theirs = exists().where(
            Referral.situation_id == Situation.id,
            Referral.sender_org_id == actor.org_id,
            Referral.sender_user_id.in_(whose_work(actor)),
        )
        written = Situation.created_by.in_(whose_work(actor))
        near[sent] = or_(written, theirs, reads, _opened(actor, Situation.id))
    return existing_situations(actor).where(near[sent])


def existing_situations(actor: Actor) -> Select[Situation]:
    """Situations of the actor's organisation that no bar and no keeping apart hides: the actor may know of them, as
    those that a colleague follows, without reading them."""
    return select(Situation).where(
        Situation.org_id == actor.org_id,
        Situation.erased_at.is_(None),
        no_bar(actor, Situation.id),
        _open_to(actor, Situation.id),
    )


def load_situation(session: Session, actor: Actor, situation_id: UUID, *, lock: bool = False) -> Situation:
    """One situation of the actor's own organisation. Raises NotFound for any other, VaultShut as `load` does."""
    query = visible_situations(actor).where(Situation.id == situation_id)
    situation = session.scalar(query.with_for_update() if lock else query)
    if situation is None:
        raise NotFound()
    _ensure_in_a_browser(actor, situation)
    return situation


def _ensure_in_a_browser(actor: Actor, row: Referral | Situation) -> None:
    if row.in_vault and not policy.may_open_vaults(actor):
        raise VaultShut()


def card_for(sight: Sight, key: bytes | None, referral: Referral) -> Card | None:
    """The card as far as it may be read."""
    card = sealing.open_card(key, referral) if sight.card and key is not None else None
    return card if card is None or sight.asked else card.model_copy(update={"asked": ""})


def _from_elsewhere() -> ColumnElement[bool]:
    """Whether another organisation wrote the situation. Who keeps one's own apart counts inside the house."""
    return and_(ReferralParty.role != Side.SENDER, Referral.kind != Kind.INTERNAL)


def _part(actor: Actor, side: Side, extent: Extent) -> ColumnElement[bool]:
    """Of what goes on inside a house, an actor is on one side: of those it was handed to, else of those who ask."""
    handed = _handed_to(actor)
    near = _near(actor, side, extent)
    if side is Side.SENDER:
        return and_(ReferralParty.role == side, ~handed, near)
    return and_(ReferralParty.role == side, or_(handed, and_(Referral.kind != Kind.INTERNAL, near)))


def _handed_to(actor: Actor) -> ColumnElement[bool]:
    """`policy.handed_to`, as a query has to ask it; never unknown, since it is also denied."""
    if actor.user_id is None or not actor.can(policy.INSIDE):
        return false()
    to_me = Referral.to_user_id.is_not_distinct_from(actor.user_id)
    to_us = Referral.to_team.is_not_distinct_from(actor.team) if actor.team else false()
    return and_(Referral.kind == Kind.INTERNAL, Referral.sender_user_id != actor.user_id, or_(to_me, to_us))


def _near(actor: Actor, side: Side, extent: Extent) -> ColumnElement[bool]:
    if extent in (Extent.NONE, Extent.ALL):
        return true() if extent is Extent.ALL else false()
    return (_mine if extent is Extent.MINE else _known)(actor, side)


def _mine(actor: Actor, side: Side) -> ColumnElement[bool]:
    return Referral.sender_user_id == actor.user_id if side is Side.SENDER else _assigned(actor, [actor.user_id])


def _known(actor: Actor, side: Side) -> ColumnElement[bool]:
    """What those whose work the actor reads sent or take care of, what nobody takes care of yet, what was opened."""
    people = whose_work(actor)
    written = select(Situation.id).where(Situation.org_id == actor.org_id, Situation.created_by.in_(people))
    near = (
        or_(
            Referral.sender_user_id.in_(people),
            Referral.situation_id.in_(written),
            _reads(actor, Referral.situation_id),
        )
        if side is Side.SENDER
        else or_(_assigned(actor, people), ~_assigned(actor))
    )
    return or_(near, _opened(actor, Referral.situation_id))


def _opened(actor: Actor, situation_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether the actor opened it, with a reason, and lately: a need to know that nobody had foreseen."""
    return exists().where(
        GlassBreak.situation_id == situation_id,
        GlassBreak.org_id == actor.org_id,
        GlassBreak.user_id == actor.user_id,
        GlassBreak.ends_at > _NOW,
    )


def _reads(actor: Actor, situation_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether the actor is among the named readers of a situation."""
    return exists().where(SituationReader.situation_id == situation_id, SituationReader.user_id == actor.user_id)


def _open_to(actor: Actor, situation_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """A situation that is kept apart is open to its named readers only, whatever their roles reach."""
    apart = exists().where(SituationReader.situation_id == situation_id, SituationReader.org_id == actor.org_id)
    return or_(~apart, _reads(actor, situation_id))


def _assigned(actor: Actor, people: Any = None) -> ColumnElement[bool]:
    """Whether it is assigned to one of these people of the actor's organisation, or to anybody there."""
    rows = exists().where(ReferralAssignment.referral_id == Referral.id, ReferralAssignment.org_id == actor.org_id)
    return rows if people is None else rows.where(ReferralAssignment.user_id.in_(people))
