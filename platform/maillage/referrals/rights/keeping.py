"""How long a situation is kept, counted from the last contact, and what happens then."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from maillage.kernel import clock, outbox, retention
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import transaction
from maillage.kernel.retention import Due, Retained, RetentionMark, months_after
from maillage.referrals import sealing
from maillage.referrals.grids.models import FilledGrid
from maillage.referrals.household.models import HouseholdEntry
from maillage.referrals.models import Referral, ReferralMessage, Situation
from maillage.referrals.rights import notices
from maillage.referrals.rights.codes import BY_THEME, DRAFT, LONGEST, USUAL, term_of
from maillage.referrals.rights.erasing import erase_in

SHORTEST: Final = min(it.months for it in (USUAL, DRAFT, *BY_THEME.values()))


def ends_on(situation: Situation, last: datetime, *, draft: bool, kept_until: date | None) -> date:
    """The day after which a situation goes: its term, or longer for a reason, never beyond LONGEST; sooner when its
    person has agreed to nothing."""
    if situation.outreach_until is not None:
        return situation.outreach_until
    contact = last.date()
    ends = months_after(contact, term_of(situation.themes, draft=draft).months)
    return max(ends, min(kept_until or ends, latest(last)))


def latest(last: datetime) -> date:
    """How far a situation may be kept for whatever reason."""
    return months_after(last.date(), LONGEST.months)


def last_contact(session: Session, situation: Situation) -> tuple[datetime, bool]:
    """When anything last happened around a situation, and whether nothing of it was ever sent."""
    moved, sent = session.execute(
        select(func.max(Referral.updated_at), func.count(Referral.sent_at)).where(Referral.situation_id == situation.id)
    ).one()
    wrote = session.scalar(
        select(func.max(ReferralMessage.at))
        .join(Referral, Referral.id == ReferralMessage.referral_id)
        .where(Referral.situation_id == situation.id)
    )
    visited = session.scalar(
        select(func.max(HouseholdEntry.written_at)).where(HouseholdEntry.situation_id == situation.id)
    )
    asked = session.scalar(select(func.max(FilledGrid.updated_at)).where(FilledGrid.situation_id == situation.id))
    return max(filter(None, (situation.updated_at, moved, wrote, visited, asked))), not sent


def _due(session: Session, until: date) -> Iterable[Due]:
    """Read first by what is surely quiet, then to the day: each situation has a term of its own."""
    quiet = datetime.combine(_months_before(until, SHORTEST), time.max, clock.ZONES["FR"])
    moved = exists().where(Referral.situation_id == Situation.id, Referral.updated_at > quiet)
    rows = session.execute(
        select(Situation, RetentionMark)
        .outerjoin(
            RetentionMark,
            (RetentionMark.subject_id == Situation.id) & (RetentionMark.subject_kind == sealing.SITUATION),
        )
        .where(Situation.erased_at.is_(None), Situation.updated_at <= quiet, ~moved)
        .order_by(Situation.updated_at, Situation.id)
    ).all()
    for situation, mark in rows:
        last, draft = last_contact(session, situation)
        ends = ends_on(situation, last, draft=draft, kept_until=mark.kept_until if mark else None)
        if ends <= until:
            yield Due(situation.id, ends, _still_counts(mark, ends))


def _still_counts(mark: RetentionMark | None, ends: date) -> date | None:
    """A warning holds for the end that it announced: a contact, or a reason to keep, asks for another one."""
    warned = mark.warned_on if mark is not None else None
    return warned if warned is not None and warned >= ends - retention.WARNED - timedelta(days=1) else None


def _warn(due: Due, today: date) -> None:
    with transaction() as session:
        retention.mark(session, sealing.SITUATION, due.subject_id).warned_on = today
        outbox.enqueue(
            session,
            notices.JOB_ENDING,
            {"situation_id": str(due.subject_id)},
            dedup_key=f"{notices.JOB_ENDING}:{due.subject_id}:{today}",
        )


def _erase(situation_id: UUID) -> None:
    with transaction() as session:
        situation = session.get(Situation, situation_id, with_for_update=True)
        if situation is not None and situation.erased_at is None:
            erase_in(session, SYSTEM, situation, cause="retention")


def _months_before(day: date, months: int) -> date:
    return months_after(day, -months)


SITUATIONS: Final = Retained(sealing.SITUATION, _due, _warn, _erase)
