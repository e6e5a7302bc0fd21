"""The dates of referrals, for the calendar of those who take care of them: a calendar lies open, so only what it is."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from maillage.accounts.queries import actor_at
from maillage.notifications.calendar import CalendarEntry
from maillage.referrals import notices, policy
from maillage.referrals.codes import Side
from maillage.referrals.models import Referral, ReferralAssignment
from maillage.referrals.queries.lists import next_on
from maillage.referrals.queries.scope import visible
from maillage.referrals.states import AT_WORK, AWAITING_ANSWER, ENDED, State

MOST: Final = 500
TITLES: Final[dict[State, str]] = {
    State.ACCEPTED: "Premier rendez-vous",
    State.WAITLISTED: "Point à refaire",
    **dict.fromkeys(AT_WORK, "Rendez-vous"),
    **dict.fromkeys(AWAITING_ANSWER, "Réponse attendue"),
}
TO_ANSWER, TO_CALL = "Réponse à donner", "Partenaire à rappeler"


def dates(session: Session, user_id: UUID, org_ids: Collection[UUID], since: datetime) -> Iterator[CalendarEntry]:
    """The next date of each referral that this person sent or takes care of, and of those that nobody takes care of
    yet, as far as they may read it at each organisation."""
    for org_id in org_ids:
        actor = actor_at(session, user_id, org_id)
        if actor is None:
            continue
        taken = select(ReferralAssignment.referral_id).where(ReferralAssignment.org_id == org_id)
        theirs = or_(
            Referral.sender_user_id == user_id,
            Referral.to_user_id == user_id,
            Referral.id.in_(taken.where(ReferralAssignment.user_id == user_id)),
            and_(Referral.receiver_org_id == org_id, Referral.id.not_in(taken)),
        )
        going_on = visible(actor).where(theirs, Referral.state.not_in(ENDED | {State.DRAFT}))
        for referral in session.scalars(going_on.order_by(Referral.sent_at.desc(), Referral.id).limit(MOST)):
            side = policy.side_of(actor, referral, known=True)
            day = next_on(side, referral) if side is not None else None
            if side is not None and day is not None and day >= since.date():
                yield _entry(referral, side, day)


def _entry(referral: Referral, side: Side, day: date) -> CalendarEntry:
    """It moves with the referral, so its number is the referral's."""
    return CalendarEntry(
        uid=f"referral-{referral.id}",
        start=day,
        end=day,
        title=f"{_title(referral, side)} (Maillage)",
        link=notices.link(referral.id),
        sequence=referral.version,
    )


def _title(referral: Referral, side: Side) -> str:
    state = State(referral.state)
    if side is Side.SENDER and policy.spoken_for(referral):
        return TO_CALL
    waits_for = Side.SENDER if state is State.INFO_REQUESTED else Side.RECEIVER
    return TO_ANSWER if state in AWAITING_ANSWER and side is waits_for else TITLES[state]
