"""Notes of a receiving team: for itself alone, sealed, gone with what they are about."""

import html

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import actor_of, make_user, sign_in
from factories.pages import Visitor
from factories.referrals import Town, do, make_referral, stored
from maillage.kernel import clock, jobs
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import db, session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.notifications.models import Notification
from maillage.referrals import service as referring
from maillage.referrals.inside import queries, service
from maillage.referrals.inside.queries import TeamNotes
from maillage.referrals.states import Event, State

NOTE = "CANARI-EQUIPE elle préfère Samira"

pytestmark = pytest.mark.security


def test_the_team_reads_its_notes_and_the_sender_never(town: Town, client: FlaskClient) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    service.note(town.association.actor, referral_id=referral_id, text=NOTE)
    colleague = town.association.colleague("intake")
    assert [line.text for line in queries.team_notes(session(), colleague, referral_id).lines] == [NOTE]
    assert queries.team_notes(session(), town.landlord.actor, referral_id) == TeamNotes()
    browser = sign_in(client, town.landlord.user)
    assert NOTE not in browser.get(f"/orientations/{referral_id}").text
    assert browser.get(f"/orientations/{referral_id}/notes").status_code == 403
    outside = sign_in(client, make_user(town.stranger.org, ("intake",)))
    assert outside.get(f"/orientations/{referral_id}/notes").status_code == 404
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            assert not [row for row in connection.execute(table.select()) if NOTE in str(tuple(row))], table.name


def test_a_note_is_written_from_the_page(town: Town, client: FlaskClient) -> None:
    referral_id = make_referral(town)
    browser = sign_in(client, town.association.user)
    assert browser.post(f"/orientations/{referral_id}/notes", data={"text": " "}).status_code == 422
    assert browser.post(f"/orientations/{referral_id}/notes", data={"text": NOTE}).status_code == 303
    assert NOTE in html.unescape(browser.get(f"/orientations/{referral_id}/notes").text)


def test_a_volunteer_tells_the_team_and_the_team_alone(town: Town) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    service.note(town.association.actor, referral_id=referral_id, text=NOTE)
    user = make_user(town.association.org, ("volunteer",))
    volunteer = actor_of(user, town.association.org)
    with pytest.raises(NotFound):
        queries.team_notes(session(), volunteer, referral_id)
    referring.assign(town.association.actor, referral_id=referral_id, user_id=user.id)
    assert [line.text for line in queries.team_notes(session(), volunteer, referral_id).lines] == [NOTE]
    service.note(volunteer, referral_id=referral_id, text="Elle a ouvert, nous avons bu un café.")
    assert len(queries.team_notes(session(), town.association.actor, referral_id).lines) == 2
    with pytest.raises(Forbidden):
        referring.write(volunteer, referral_id=referral_id, text="Bonjour.")


def test_what_somebody_takes_care_of_is_given_back_to_the_team(town: Town, app: Flask, receiver: Visitor) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    user = make_user(town.association.org, ("volunteer",))
    referring.assign(town.association.actor, referral_id=referral_id, user_id=user.id)
    jobs.drain()
    page, door = f"/orientations/{referral_id}", f"/orientations/{referral_id}/confier/{user.id}/rendre"
    volunteer = Visitor(app, town.association, user)
    assert "Rendre à l’équipe" in volunteer.get(page) and door in receiver.get(f"{page}/confier")
    assert f'value="{user.id}"' not in receiver.get(f"{page}/confier")
    volunteer.post(f"/orientations/{referral_id}/confier/{town.association.user.id}/rendre", status=403)
    assert volunteer.go(door) == "/boite-partagee"
    volunteer.get(page, status=404)
    jobs.drain()
    session().rollback()
    told = select(Notification.user_id).where(Notification.kind == "referral.conflict")
    assert set(session().scalars(told)) == {town.association.user.id}
    entries = select(AuditEntry.action).where(AuditEntry.subject_id == referral_id)
    assert "referral.give_back" in set(session().scalars(entries))
    assert "Rendre à l’équipe" not in receiver.get(page)
    receiver.go(door)  # a second press changes nothing
    assert len(session().scalars(told).all()) == 1


@pytest.mark.parametrize("text", ["", "   ", "o" * 4001])
def test_a_note_says_something_and_not_too_much(town: Town, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        service.note(town.association.actor, referral_id=make_referral(town), text=text)
    assert "text" in refused.value.fields


def test_the_sender_writes_no_note_there(town: Town) -> None:
    with pytest.raises(Forbidden):
        service.note(town.landlord.actor, referral_id=make_referral(town), text=NOTE)


def test_notes_close_with_the_referral(town: Town) -> None:
    wrong, done = make_referral(town, State.ACCEPTED), make_referral(town, State.ACCEPTED)
    for referral_id in (wrong, done):
        service.note(town.association.actor, referral_id=referral_id, text=NOTE)
    do(town, wrong, Event.ENTERED_IN_ERROR)
    do(town, done, Event.COMPLETE)
    assert queries.team_notes(session(), town.association.actor, wrong) == TeamNotes()
    with pytest.raises(Conflict):
        service.note(town.association.actor, referral_id=wrong, text=NOTE)
    assert queries.team_notes(session(), town.association.actor, done).lines
    ends = stored(done).access_ends_at
    assert ends is not None
    with clock.at(ends):
        assert queries.team_notes(session(), town.association.actor, done) == TeamNotes()
