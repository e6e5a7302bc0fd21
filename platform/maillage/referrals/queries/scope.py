"""Where every read starts: the referrals and situations that exist for an actor."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.referrals import policy, sealing
from maillage.referrals.codes import Side
from maillage.referrals.content import Card
from maillage.referrals.household.models import SituationReader
from maillage.referrals.models import Referral, ReferralAssignment, ReferralParty, Situation
from maillage.referrals.policy import Extent, Sight
from maillage.referrals.queries.bars import no_bar


def visible(actor: Actor) -> Select[Referral]:
    """Referrals in which the actor's organisation has a part, as far as the actor's roles reach."""
    reach = policy.reach(actor)
    limits = {
        Side.SENDER: (reach.sent, Referral.sender_user_id == actor.user_id),
        Side.RECEIVER: (reach.received, _assigned_to(actor)),
    }
    parts = [_part(side, extent, mine) for side, (extent, mine) in limits.items() if extent is not Extent.NONE]
    rows = (
        select(Referral)
        .join(ReferralParty, and_(ReferralParty.referral_id == Referral.id, ReferralParty.org_id == actor.org_id))
        .where(or_(false(), *parts), or_(ReferralParty.role != Side.SENDER, _open_to(actor, Referral.situation_id)))
        .where(no_bar(actor, Referral.situation_id), Referral.erased_at.is_(None))
    )
    return rows.where(Referral.id == actor.only) if actor.only is not None else rows


def load(session: Session, actor: Actor, referral_id: UUID) -> tuple[Referral, Side]:
    """One referral and the side on which the actor sees it. Raises NotFound for an unknown as for a foreign one."""
    referral = session.scalar(visible(actor).where(Referral.id == referral_id))
    if referral is None:
        raise NotFound()
    side = policy.side_of(actor, referral, assigned=True)  # `visible` has checked the assignment
    if side is None:
        raise NotFound()
    return referral, side


def visible_situations(actor: Actor) -> Select[Situation]:
    """Situations of the actor's organisation, as far as the actor's roles reach."""
    sent = policy.reach(actor).sent
    if sent is Extent.NONE:
        return existing_situations(actor).where(false())
    mine = true() if sent is Extent.ALL else or_(Situation.created_by == actor.user_id, _reads(actor, Situation.id))
    return existing_situations(actor).where(mine)


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
    """One situation of the actor's own organisation. Raises NotFound for any other."""
    query = visible_situations(actor).where(Situation.id == situation_id)
    situation = session.scalar(query.with_for_update() if lock else query)
    if situation is None:
        raise NotFound()
    return situation


def card_for(sight: Sight, key: bytes | None, referral: Referral) -> Card | None:
    """The card as far as it may be read."""
    card = sealing.open_card(key, referral) if sight.card and key is not None else None
    return card if card is None or sight.asked else card.model_copy(update={"asked": ""})


def _part(side: Side, extent: Extent, mine: ColumnElement[bool]) -> ColumnElement[bool]:
    here = ReferralParty.role == side
    return here if extent is Extent.ALL else and_(here, mine)


def _reads(actor: Actor, situation_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether the actor is among the named readers of a situation."""
    return exists().where(SituationReader.situation_id == situation_id, SituationReader.user_id == actor.user_id)


def _open_to(actor: Actor, situation_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """A situation that is kept apart is open to its named readers only, whatever their roles reach."""
    apart = exists().where(SituationReader.situation_id == situation_id, SituationReader.org_id == actor.org_id)
    return or_(~apart, _reads(actor, situation_id))


def _assigned_to(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        ReferralAssignment.referral_id == Referral.id,
        ReferralAssignment.user_id == actor.user_id,
        ReferralAssignment.org_id == actor.org_id,
    )
