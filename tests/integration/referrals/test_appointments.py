"""Appointments: what became of them is a line for both sides, silence is counted from them, a missed one is told, and
the calendars of those who take care of it say only that there is one."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import sign_in
from factories.pages import Visitor
from factories.referrals import SECRETS, Town, do, make_referral, stored
from maillage.kernel import clock, jobs
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.kernel.ids import new_id
from maillage.kernel.working_days import working_days_after
from maillage.notifications.calendar import ics
from maillage.notifications.models import Notification
from maillage.referrals import calendar, queries, service
from maillage.referrals.codes import Meeting
from maillage.referrals.content import Details
from maillage.referrals.ladder import Wait, wait_of
from maillage.referrals.states import Event, State
from maillage.web.templating import day as worded

AT_WORK = (State.IN_PROGRESS, State.RELAYED)


@pytest.fixture(autouse=True)
def one_day() -> Any:
    with clock.at(datetime(2026, 3, 3, 9, tzinfo=UTC)):
        yield


def day(after: int) -> date:
    return clock.today() + timedelta(days=after)


def noted(town: Town, referral_id: Any, meeting: Meeting, after: int = 0, next_after: int | None = None) -> None:
    given = {"next_on": day(next_after)} if next_after is not None else {}
    do(town, referral_id, Event.APPOINTMENT, meeting=meeting, date=day(after), **given)


def told(referral_id: Any) -> set[tuple[str, str]]:
    jobs.drain()
    session().rollback()
    rows = session().scalars(select(Notification).where(Notification.about == referral_id))
    return {(row.email, row.kind) for row in rows}


def test_what_became_of_an_appointment(town: Town) -> None:
    """It changes no state, both sides read it, and only a missed one is told to who sent it."""
    for state in (State.ACCEPTED, *AT_WORK):
        referral_id = make_referral(town, state)
        known = told(referral_id)
        for meeting in (Meeting.KEPT, Meeting.CANCELLED, Meeting.MISSED):
            if (state, meeting) == (State.ACCEPTED, Meeting.KEPT):
                with pytest.raises(Invalid) as refused:
                    noted(town, referral_id, meeting)
                assert "commence" in refused.value.fields["meeting"]
                continue
            noted(town, referral_id, meeting, next_after=8)
            assert stored(referral_id).state == state
            for side in (town.landlord, town.association):
                last = queries.referral_view(session(), side.actor, referral_id).timeline[-1]
                read = (last.event, last.facts["meeting"], last.facts["next_on"])
                assert read == (Event.APPOINTMENT, meeting, str(day(8)))
            missed = {(town.landlord.user.email, "referral.missed")} if meeting is Meeting.MISSED else set()
            assert told(referral_id) - known == missed, (state, meeting)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.IN_PROGRESS])
def test_the_next_one_is_waited_for_then_the_outcome(town: Town, state: State) -> None:
    referral_id = make_referral(town, state)
    noted(town, referral_id, Meeting.MISSED, next_after=8)
    row = stored(referral_id)
    assert wait_of(row) is Wait.APPOINTMENT
    assert (row.waiting_from, row.remind_on) == (day(8), working_days_after(day(8), 1))
    with clock.at(datetime.combine(row.remind_on, time(10), UTC)):
        assert service.climb_due(clock.now()) > 0
        assert (town.association.user.email, "reminder.receiver") in told(referral_id)
        noted(town, referral_id, Meeting.CANCELLED)
        row = stored(referral_id)
        if state is State.ACCEPTED:
            assert wait_of(row) is Wait.APPOINTMENT
        else:  # nothing more is agreed on: in the end somebody asks what came of it
            assert (wait_of(row), row.remind_on) == (Wait.OUTCOME, working_days_after(clock.today(), 60))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"date": 1}, "date"),
    ({"meeting": "kept", "date": 1}, "date"),
    ({"next_on": -1}, "next_on"),
    ({"meeting": None}, "meeting"),
    ({"date": None}, "date"),
    ({"outcome": "covered"}, "outcome"),
    ({"note": "Condamné pour vol."}, "note"),
]


def test_what_cannot_be_is_refused_beside_its_field(town: Town) -> None:
    referral_id = make_referral(town, State.IN_PROGRESS)
    for given, field in WRONG:
        days = {name: day(value) for name, value in given.items() if isinstance(value, int)}
        with pytest.raises(Invalid) as refused:
            do(town, referral_id, Event.APPOINTMENT, **({"meeting": "missed", "date": day(0)} | given | days))
        assert set(refused.value.fields) == {field}, given
    do(town, referral_id, Event.APPOINTMENT, meeting="cancelled", date=day(3))


def test_who_may_not_note_one(town: Town) -> None:
    referral_id = make_referral(town, State.IN_PROGRESS)
    details = Details(meeting=Meeting.MISSED, date=day(0))
    with pytest.raises(Forbidden):
        service.act(town.landlord.actor, referral_id=referral_id, event=Event.APPOINTMENT, details=details)
    do(town, referral_id, Event.COMPLETE)
    with pytest.raises(Conflict):
        do(town, referral_id, Event.APPOINTMENT)


def test_it_is_noted_from_the_page(app: Flask, town: Town) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    page = f"/orientations/{referral_id}"
    visitor = Visitor(app, town.association)
    form = visitor.get(f"{page}/rendez-vous")
    assert "La personne n’est pas venue" in form and "La personne est venue" not in form
    client = sign_in(app.test_client(), town.association.user)
    wrong = client.post(f"{page}/rendez-vous", data={"meeting": "missed", "date": "2026-03-09", "note": "Gardé"})
    assert (wrong.status_code, "n’a pas encore eu lieu" in wrong.text, "Gardé" in wrong.text) == (422, True, True)
    right = {"meeting": "missed", "date": "2026-03-03", "next_on": "2026-03-12", "note": "Porte fermée"}
    assert client.post(f"{page}/rendez-vous", data=right).status_code == 303
    seen = Visitor(app, town.landlord).get(page)
    for words in ("La personne n’est pas venue", worded(date(2026, 3, 12)), "Porte fermée"):
        assert words in seen
    do(town, referral_id, Event.START)
    assert "La personne est venue" in visitor.get(f"{page}/rendez-vous")


@pytest.mark.security
def test_calendars_say_that_there_is_a_date_and_nothing_else(town: Town) -> None:
    accepted, waiting, open_one = (
        make_referral(town, state) for state in (State.IN_PROGRESS, State.WAITLISTED, State.SENT)
    )
    noted(town, accepted, Meeting.KEPT, next_after=8)
    expected = {
        town.landlord: {"Rendez-vous": accepted, "Point à refaire": waiting, "Réponse attendue": open_one},
        town.association: {"Rendez-vous": accepted, "Point à refaire": waiting, "Réponse à donner": open_one},
        town.stranger: {},
    }
    for side, wanted in expected.items():
        found = list(calendar.dates(session(), side.user.id, [side.org.id], clock.now()))
        assert {entry.title: entry.link for entry in found} == {
            f"{title} (Maillage)": f"/orientations/{referral_id}" for title, referral_id in wanted.items()
        }
        written = ics(found, site="http://127.0.0.1:8000").decode()
        names = (town.landlord.org.name, town.association.org.name, town.association.user.name, *SECRETS)
        assert not [name for name in names if name in written]
    assert list(calendar.dates(session(), town.association.user.id, [new_id()], clock.now())) == []


@pytest.mark.security
def test_what_somebody_else_takes_care_of_or_is_kept_from_is_in_no_calendar(town: Town) -> None:
    taken, barred = (make_referral(town, State.SENT) for _ in range(2))
    volunteer = town.association.colleague("volunteer")
    assert volunteer.user_id is not None
    me = town.association.user.id

    def links(user_id: Any) -> set[str]:
        session().rollback()
        return {entry.link for entry in calendar.dates(session(), user_id, [town.association.org.id], clock.now())}

    assert links(me) == {f"/orientations/{one}" for one in (taken, barred)}
    assert links(volunteer.user_id) == set()
    service.assign(town.association.actor, referral_id=taken, user_id=volunteer.user_id)
    assert links(volunteer.user_id) == {f"/orientations/{taken}"}
    service.step_aside(town.association.actor, referral_id=barred, reason="Voisin")
    assert links(me) == set()
