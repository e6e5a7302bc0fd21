"""Away for some days: who is told meanwhile, and who must not be."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from factories.accounts import make_user
from factories.pages import Visitor, readable
from factories.referrals import Town, do, make_referral, stored
from maillage.accounts.models import Membership, Organization, User
from maillage.kernel import clock, jobs
from maillage.kernel.db import session, transaction
from maillage.notifications.models import Notification
from maillage.referrals.service import assign, bar
from maillage.referrals.states import Event

PAGE = "/compte/absence"
DAY = timedelta(days=1)


def away(visitor: Visitor, substitute: User, first: int = 0, last: int = 3) -> None:
    days = {"first": (clock.today() + first * DAY).isoformat(), "last": (clock.today() + last * DAY).isoformat()}
    assert visitor.go(PAGE, substitute=str(substitute.id), **days) == "/compte"


def told() -> set[str]:
    """Whom the platform told since last time."""
    jobs.drain()
    session().rollback()
    found = set(session().scalars(select(Notification.email)))
    with transaction() as tx:
        tx.execute(Notification.__table__.delete())
    return found


def test_who_stands_in_is_told_beside_who_is_away(sender: Visitor, town: Town) -> None:
    colleague = make_user(town.landlord.org, ("referent",))
    referral_id, mine = make_referral(town), town.landlord.user.email
    told()
    away(sender, colleague)
    do(town, referral_id, Event.ASK_INFO)
    assert told() == {mine, colleague.email}
    assert "Du " in readable(sender.get("/compte"))
    sender.post(f"{PAGE}/fin")
    do(town, referral_id, Event.ANSWER_INFO)
    do(town, referral_id, Event.ACCEPT)
    assert colleague.email not in told()
    away(sender, colleague, first=2)
    do(town, referral_id, Event.START)
    assert told() == {mine}


def test_who_may_not_read_is_not_told_by_standing_in(sender: Visitor, town: Town) -> None:
    colleague, reader_of_nothing = (make_user(town.landlord.org, (role,)) for role in ("referent", "org_admin"))
    mine = town.landlord.user.email
    referral_id = make_referral(town)
    told()
    away(sender, reader_of_nothing)
    do(town, referral_id, Event.ASK_INFO)
    assert told() == {mine}
    away(sender, colleague)
    bar(town.landlord.actor, situation_id=stored(referral_id).situation_id, who=colleague.id, reason="Voisins.")
    told()
    do(town, referral_id, Event.ACCEPT)
    assert told() == {mine}
    other = make_referral(town)
    with transaction() as tx:
        tx.execute(update(Organization).values(need_to_know="own"))
    told()
    do(town, other, Event.ACCEPT)
    assert told() == {mine}


def test_what_is_entrusted_to_somebody_away_is_told_to_who_stands_in(app: Flask, town: Town) -> None:
    volunteer, intake = make_user(town.association.org, ("volunteer",)), make_user(town.association.org, ("intake",))
    away(Visitor(app, town.association, volunteer), intake)
    referral_id = make_referral(town)
    told()
    assign(town.association.actor, referral_id=referral_id, user_id=volunteer.id)
    assert told() == {volunteer.email, intake.email}


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(3, 1, "avant le départ"), (-5, -1, "est passée"), (0, 400, "Un an au plus"), (None, 1, "premier jour")],
)
def test_impossible_days_are_refused_beside_their_field(
    sender: Visitor, first: int | None, last: int, said: str
) -> None:
    typed = "" if first is None else (clock.today() + first * DAY).isoformat()
    page = sender.refused(PAGE, first=typed, last=(clock.today() + last * DAY).isoformat(), substitute="")
    assert said in page
    assert session().scalars(select(Membership).where(Membership.away_from.is_not(None))).all() == []


def test_nobody_stands_in_from_elsewhere(sender: Visitor, town: Town) -> None:
    today = clock.today().isoformat()
    sender.refused(PAGE, first=today, last=today, substitute=str(town.stranger.user.id))
