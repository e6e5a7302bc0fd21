"""Notes of a receiving team: for itself alone, sealed, gone with what they are about."""

import html

import pytest
from flask import Flask
from flask.testing import FlaskClient

from factories.accounts import actor_of, make_user, sign_in
from factories.referrals import Town, do, make_referral, make_town, stored
from maillage.kernel import clock
from maillage.kernel.db import db, session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.referrals import service as referring
from maillage.referrals.inside import queries, service
from maillage.referrals.states import Event, State

NOTE = "CANARI-EQUIPE elle préfère Samira"

pytestmark = pytest.mark.security


@pytest.fixture
def town(app: Flask) -> Town:
    return make_town()


def test_the_team_reads_its_notes_and_the_sender_never(town: Town, client: FlaskClient) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    service.note(town.association.actor, referral_id=referral_id, text=NOTE)
    colleague = town.association.colleague("intake")
    assert [line.text for line in queries.team_notes(session(), colleague, referral_id)] == [NOTE]
    assert queries.team_notes(session(), town.landlord.actor, referral_id) == ()
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


def test_a_volunteer_reads_and_does_not_write(town: Town) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    service.note(town.association.actor, referral_id=referral_id, text=NOTE)
    user = make_user(town.association.org, ("volunteer",))
    volunteer = actor_of(user, town.association.org)
    with pytest.raises(NotFound):
        queries.team_notes(session(), volunteer, referral_id)
    referring.assign(town.association.actor, referral_id=referral_id, user_id=user.id)
    assert [line.text for line in queries.team_notes(session(), volunteer, referral_id)] == [NOTE]
    with pytest.raises(Forbidden):
        service.note(volunteer, referral_id=referral_id, text="Non")


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
    assert queries.team_notes(session(), town.association.actor, wrong) == ()
    with pytest.raises(Conflict):
        service.note(town.association.actor, referral_id=wrong, text=NOTE)
    assert queries.team_notes(session(), town.association.actor, done) != ()
    ends = stored(done).access_ends_at
    assert ends is not None
    with clock.at(ends):
        assert queries.team_notes(session(), town.association.actor, done) == ()
