"""What is announced is what happens: to the day, told before, longer with a reason, never beyond the longest term."""

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from factories.referrals import Town, do, make_situation, make_town, send, stored, terms
from maillage.kernel import clock, jobs, retention
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.retention import Run, months_after
from maillage.notifications.models import Notification
from maillage.referrals import service
from maillage.referrals.models import Referral, Situation
from maillage.referrals.rights import service as rights
from maillage.referrals.rights.codes import BY_THEME, DRAFT, LONGEST, USUAL, KeepReason
from maillage.referrals.states import Event

pytestmark = pytest.mark.security
START = datetime(2024, 3, 15, 12, tzinfo=clock.UTC)


@pytest.fixture
def town(ledger: Path) -> Town:
    return make_town()


def sent_on(town: Town, moment: datetime, *themes: str) -> UUID:
    """A situation written, sent, and answered on one day: its last contact."""
    with clock.at(moment):
        situation_id = make_situation(town.landlord.actor, themes=list(themes or ("elderly-isolation",)))
        (made,) = service.refer(
            town.landlord.actor, situation_id=situation_id, service_ids=[town.service.id], terms=terms()
        )
        do(town, made.id, Event.DECLINE)
    return situation_id


def run_on(day: date) -> Run:
    session().rollback()
    moment = datetime.combine(day, START.time(), clock.UTC)
    with clock.at(moment):
        done = retention.run(moment)
        jobs.drain()
    session().expire_all()
    return done


def is_erased(situation_id: UUID) -> bool:
    session().rollback()
    found = session().get(Situation, situation_id, populate_existing=True)
    assert found is not None
    return found.erased_at is not None


@pytest.mark.parametrize(
    ("themes", "months"),
    [((), USUAL.months), *(((theme,), term.months) for theme, term in BY_THEME.items())],
)
def test_it_goes_on_its_day_and_not_the_day_before(town: Town, themes: tuple[str, ...], months: int) -> None:
    situation_id = sent_on(town, START, *themes)
    ends = months_after(START.date(), months)
    assert run_on(ends - timedelta(days=31)) == Run(0, 0)
    assert run_on(ends - timedelta(days=30)) == Run(1, 0)
    assert run_on(ends - timedelta(days=29)) == Run(0, 0)
    assert run_on(ends - timedelta(days=1)) == Run(0, 0)
    assert not is_erased(situation_id)
    assert run_on(ends) == Run(0, 1)
    assert is_erased(situation_id)
    assert run_on(ends + timedelta(days=1)) == Run(0, 0)


def test_of_several_only_those_whose_time_has_come(town: Town) -> None:
    older, younger = sent_on(town, START), sent_on(town, START + timedelta(days=1))
    ends = months_after(START.date(), USUAL.months)
    assert run_on(ends - timedelta(days=20)) == Run(2, 0)
    assert run_on(ends + timedelta(days=10)) == Run(0, 2)
    assert is_erased(older)
    assert is_erased(younger)


def test_a_draft_that_was_never_sent_goes_sooner(town: Town) -> None:
    with clock.at(START):
        situation_id = make_situation(town.landlord.actor)
    ends = months_after(START.date(), DRAFT.months)
    assert run_on(ends - timedelta(days=30)) == Run(1, 0)
    assert run_on(ends) == Run(0, 1)
    assert is_erased(situation_id)


def test_nothing_goes_that_was_not_announced_a_month_before(town: Town) -> None:
    """An instance that slept for years announces first."""
    situation_id = sent_on(town, START)
    late = months_after(START.date(), 50)
    assert run_on(late) == Run(1, 0)
    assert run_on(late + timedelta(days=29)) == Run(0, 0)
    assert run_on(late + timedelta(days=30)) == Run(0, 1)
    assert is_erased(situation_id)


def test_its_author_is_told_and_nobody_learns_of_whom(town: Town) -> None:
    sent_on(town, START)
    run_on(months_after(START.date(), USUAL.months) - timedelta(days=30))
    told = session().scalars(select(Notification).where(Notification.kind == "rights.ending")).one()
    assert told.user_id == town.landlord.user.id
    assert told.link.endswith("/droits")


def test_a_contact_starts_it_again(town: Town) -> None:
    situation_id = sent_on(town, START)
    ends = months_after(START.date(), USUAL.months)
    assert run_on(ends - timedelta(days=30)) == Run(1, 0)
    with transaction() as tx:
        tx.execute(update(Referral).values(updated_at=START + timedelta(days=300)))
    assert run_on(ends) == Run(0, 0)
    assert not is_erased(situation_id)


def test_it_stays_longer_with_a_reason_and_is_announced_anew(town: Town) -> None:
    situation_id = sent_on(town, START)
    ends = months_after(START.date(), USUAL.months)
    run_on(ends - timedelta(days=30))
    with clock.at(datetime.combine(ends - timedelta(days=5), START.time(), clock.UTC)):
        until = rights.keep(town.landlord.actor, situation_id=situation_id, reason=KeepReason.STILL_FOLLOWED)
    assert until == months_after(ends - timedelta(days=5), 12)
    assert run_on(ends) == Run(0, 0)
    assert run_on(until - timedelta(days=30)) == Run(1, 0)
    assert run_on(until) == Run(0, 1)


def test_no_reason_keeps_it_beyond_the_longest_term(town: Town) -> None:
    situation_id = sent_on(town, START)
    last = months_after(START.date(), LONGEST.months)
    for months in (20, 30, 40, 50, 58):
        with clock.at(datetime.combine(months_after(START.date(), months), START.time(), clock.UTC)):
            until = rights.keep(town.landlord.actor, situation_id=situation_id, reason=KeepReason.LITIGATION)
    assert until == last
    assert run_on(last - timedelta(days=30)) == Run(1, 0)
    with clock.at(datetime.combine(last, START.time(), clock.UTC)), pytest.raises(Conflict, match="cinq ans"):
        rights.keep(town.landlord.actor, situation_id=situation_id, reason=KeepReason.LITIGATION)
    assert run_on(last) == Run(0, 1)


def test_a_reason_is_one_of_a_few(town: Town) -> None:
    with pytest.raises(Invalid):
        rights.keep(town.landlord.actor, situation_id=sent_on(town, START), reason="because")


def test_an_open_referral_ends_before_it_goes(town: Town) -> None:
    with clock.at(START):
        (made,) = send(town)
        do(town, made.id, Event.ACCEPT)
    ends = months_after(START.date(), USUAL.months)
    run_on(ends - timedelta(days=30))
    assert run_on(ends) == Run(0, 1)
    assert stored(made.id).state == "cancelled"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-12-15", 1, "2025-01-15"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-01-15", -2, "2023-11-15"),
        ("9999-12-31", 24, "9998-12-31"),
    ],
)
def test_months_are_counted_as_people_count_them(day: str, months: int, expected: str) -> None:
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(expected)
