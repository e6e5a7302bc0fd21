"""What the frame of every page says to who is signed in: one statement, made once for each of the last actors."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, literal_column, select
from sqlalchemy.orm import Session

from maillage.kernel import outbox
from maillage.kernel.actor import Actor
from maillage.notifications.queries import mails_wait, unread
from maillage.referrals import policy
from maillage.referrals.codes import Side
from maillage.referrals.household.models import HouseholdFile
from maillage.referrals.models import Referral, ReferralParty, Situation
from maillage.referrals.policy import Extent
from maillage.referrals.queries.kept import kept
from maillage.referrals.queries.lists import arrived, box_of, in_states, to_do, today
from maillage.referrals.queries.results import Frame
from maillage.referrals.queries.scope import own, visible, visible_situations
from maillage.referrals.states import STILL_OPEN

MOST_COUNTED = 100
LOOKED_AT = 1_000


def frame(session: Session, actor: Actor) -> Frame:
    return Frame(*session.execute(_framed(actor)).one())


@kept
def _framed(actor: Actor) -> Select[int, int, bool, bool]:
    works = any(actor.can(permission) for permission in (*policy.READS, policy.SEND))
    return select(_waiting(actor) if works else literal(0), unread(actor), mails_wait(), outbox.is_late())


def _waiting(actor: Actor) -> ColumnElement[int]:
    """How many referrals wait for the actor to act, and how many next actions of theirs have come to their day. On each
    side MOST_COUNTED at most, and to who reads everything among the LOOKED_AT most pressing that are open."""
    waiting = [_waiting_on(actor, side).limit(MOST_COUNTED).subquery() for side in Side]
    due = (
        visible_situations(actor)
        .join(HouseholdFile, HouseholdFile.situation_id == Situation.id)
        .where(HouseholdFile.next_user_id == actor.user_id, HouseholdFile.next_on <= today(actor))
        .with_only_columns(func.count())
    )
    counted = (select(func.count()).select_from(side).scalar_subquery() for side in waiting)
    return sum(counted, due.scalar_subquery())


def _waiting_on(actor: Actor, side: Side) -> Select[UUID]:
    box = (*box_of(actor, side), in_states(STILL_OPEN))
    waiting = visible(actor).where(to_do(actor), ReferralParty.role == side).with_only_columns(Referral.id)
    reach = policy.reach(actor)
    if (reach.sent if side is Side.SENDER else reach.received) is not Extent.ALL:
        return waiting.where(*box, *own(actor, side))
    order = Referral.pressing.desc(), arrived(side).desc(), Referral.id.desc()
    looked_at = select(Referral.id).where(*box).order_by(*order).limit(literal_column(str(LOOKED_AT))).subquery()
    return waiting.join(looked_at, looked_at.c.id == Referral.id)
