"""Erased is erased: in the database, in what was relayed, in an older copy that is put back."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.referrals import SECRETS, Town, do, make_referral, make_town, send, stored, terms
from maillage.kernel import audit, clock, jobs, lifecycle
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.crypto import SealBroken
from maillage.kernel.db import db, session
from maillage.kernel.errors import Conflict, NotFound
from maillage.kernel.idempotency import IdempotencyKey, IdempotencyRecord
from maillage.kernel.lifecycle import Erasure
from maillage.kernel.paths import whole_lines
from maillage.notifications.models import Notification
from maillage.referrals import queries, sealing, service
from maillage.referrals.content import StepInput
from maillage.referrals.models import Referral, ReferralBar, ReferralEvent, ReferralMessage, Situation
from maillage.referrals.rights import service as rights
from maillage.referrals.rights.codes import KeepReason
from maillage.referrals.states import Event, State

pytestmark = [pytest.mark.security, pytest.mark.usefixtures("ledger")]


def relayed_story(town: Town) -> tuple[Any, Any]:
    """A referral accepted, talked about, relayed: ids of its situation and of itself."""
    referral_id = send(town)[0].id
    do(town, referral_id, Event.ASK_INFO)
    do(town, referral_id, Event.ANSWER_INFO)
    do(town, referral_id, Event.ACCEPT)
    service.write(town.association.actor, referral_id=referral_id, text="Elle a ouvert sa porte.")
    do(town, referral_id, Event.RELAY)
    jobs.drain()
    return stored(referral_id).situation_id, referral_id


def everything_sealed() -> list[bytes]:
    columns = (
        Situation.sealed, Referral.card_sealed, Referral.snapshot_sealed, ReferralEvent.words_sealed,
        ReferralMessage.text_sealed,
    )  # fmt: skip
    session().rollback()
    return [value for column in columns for value in session().scalars(select(column)) if value]


def counted() -> list[Any]:
    """What indicators are made of: states, themes, places, dates, outcomes."""
    rows = session().execute(
        select(Situation.themes, Situation.commune_code, Situation.age_band, Situation.route, Referral.sent_at)
        .join(Referral, Referral.situation_id == Situation.id)
        .order_by(Referral.id)
    )
    return [tuple(row) for row in rows]


def test_nothing_sealed_is_left_and_what_counts_is(town: Town) -> None:
    situation_id, _ = relayed_story(town)
    assert len(everything_sealed()) >= 8
    before = counted()
    keys = sealing.referral_keys(session(), session().scalars(select(Referral.id)))
    rights.erase(town.landlord.actor, situation_id=situation_id)
    assert everything_sealed() == []
    assert session().scalars(select(ContentKey)).all() == []
    assert counted() == before
    assert len(keys) == 2
    assert set(session().scalars(select(Referral.state))) == {State.CANCELLED}
    assert list(audit.verify(session())) == []


def test_it_exists_for_nobody_any_more(town: Town) -> None:
    situation_id, referral_id = relayed_story(town)
    rights.erase(town.landlord.actor, situation_id=situation_id)
    for side in (town.landlord, town.association):
        assert queries.frame(session(), side.actor).todo == 0
        with pytest.raises(NotFound):
            queries.referral_view(session(), side.actor, referral_id)
    with pytest.raises(NotFound):
        queries.situation_view(session(), town.landlord.actor, situation_id)
    with pytest.raises(NotFound):
        rights.erase(town.landlord.actor, situation_id=situation_id)


def test_who_was_kept_out_goes_with_it(town: Town) -> None:
    """Bars by name, by person, by stepping aside from a referral that was only prepared: none holds the erasure up."""
    situation_id, _ = relayed_story(town)
    sender = town.landlord.actor
    given = StepInput(opposed=("Blandine Rivière",))
    service.update_situation(sender, situation_id=situation_id, given=given)
    service.bar(sender, situation_id=situation_id, who=town.stranger.org.id, reason="Employeur du mari.")
    wanted = {"situation_id": situation_id, "service_ids": [town.other_service.id], "terms": terms()}
    (prepared,) = service.refer(sender, **wanted, draft=True)
    service.step_aside(town.landlord.colleague("referent"), referral_id=prepared.id)
    rights.erase(sender, situation_id=situation_id)
    session().rollback()
    assert session().scalars(select(ReferralBar)).all() == []


def test_only_the_organisation_that_wrote_it_erases(town: Town) -> None:
    situation_id, _ = relayed_story(town)
    for side in (town.association, town.stranger):
        with pytest.raises(NotFound):
            rights.erase(side.actor, situation_id=situation_id)
    assert everything_sealed()


def test_everybody_who_had_received_it_is_told_without_a_word_of_it(town: Town) -> None:
    situation_id, referral_id = relayed_story(town)
    rights.erase(town.landlord.actor, situation_id=situation_id)
    jobs.drain()
    told = session().scalars(select(Notification).where(Notification.kind == "rights.erased")).all()
    assert {row.org_id for row in told} == {town.association.org.id, town.other_association.org.id}
    assert {row.link for row in told} == {"/vos-donnees"}
    assert not session().scalars(select(Notification).where(Notification.about == referral_id)).all()


def test_kept_answers_and_done_jobs_go_too(town: Town) -> None:
    situation_id, referral_id = relayed_story(town)
    key = IdempotencyKey.of(town.landlord.actor, "k", "POST", "/", b"")
    service.refer(
        town.landlord.actor,
        situation_id=situation_id,
        service_ids=[town.other_service.id],
        terms=terms(),
        idempotency=key,
    )
    assert session().scalar(select(func.count()).select_from(IdempotencyRecord)) == 1
    rights.erase(town.landlord.actor, situation_id=situation_id)
    assert session().scalar(select(func.count()).select_from(IdempotencyRecord)) == 0
    done = select(jobs.outbox.OutboxJob.payload_ref).where(jobs.outbox.OutboxJob.done_at.is_not(None))
    assert str(referral_id) not in str(session().scalars(done).all())


def test_what_the_law_has_kept_is_not_erased_until_then(town: Town) -> None:
    situation_id, _ = relayed_story(town)
    rights.keep(town.landlord.actor, situation_id=situation_id, reason=KeepReason.LITIGATION)
    with pytest.raises(Conflict, match="procédure en justice"):
        rights.erase(town.landlord.actor, situation_id=situation_id)
    with clock.at(clock.now() + clock.timedelta(days=400)):
        rights.erase(town.landlord.actor, situation_id=situation_id)
    assert everything_sealed() == []


def test_the_ledger_tells_ids_and_nothing_else(town: Town, ledger: Path) -> None:
    situation_id, referral_id = relayed_story(town)
    rights.erase(town.landlord.actor, situation_id=situation_id)
    assert whole_lines(ledger) == []
    jobs.drain()
    lines = whole_lines(ledger)
    assert len(lines) == 3
    assert {str(situation_id), str(referral_id)} <= {line.split('"id": "')[1][:36] for line in lines}
    assert not [word for word in SECRETS if word in "".join(lines)]
    assert session().scalar(select(func.count()).where(Erasure.noted_at.is_(None))) == 0


def test_a_copy_from_before_obeys_the_ledger_when_it_is_put_back(
    sqlite_app: Flask, tmp_path: Path, ledger: Path
) -> None:
    """The older copy still holds the keys: put back, nothing of it opens, and the rest does."""
    with sqlite_app.app_context():
        town = make_town()
        other = make_referral(town, State.ACCEPTED)
        situation_id, referral_id = relayed_story(town)
        session().rollback()
        file, copy = Path(str(db.engine.url.database)), tmp_path / "copy.db"
        with sqlite3.connect(file) as read, sqlite3.connect(copy) as write:
            read.backup(write)
        rights.erase(town.landlord.actor, situation_id=situation_id)
        jobs.drain()
        session().rollback()
        with sqlite3.connect(copy) as read, sqlite3.connect(file) as write:
            read.backup(write)
        session().expire_all()
        assert sealing.situation_key(session(), situation_id), "the copy still opened it"

        assert lifecycle.replay(ledger) == 3
        assert lifecycle.replay(ledger) == 0
        for opened in (
            lambda: sealing.situation_key(session(), situation_id),
            lambda: sealing.referral_key(session(), referral_id),
        ):
            with pytest.raises(SealBroken):
                opened()
        with pytest.raises(NotFound):
            queries.situation_view(session(), town.landlord.actor, situation_id)
        assert service.reveal(town.association.actor, referral_id=other).person.last_name


def test_a_line_that_nobody_can_read_erases_nothing(town: Town, ledger: Path) -> None:
    relayed_story(town)
    ledger.write_text('{"kind": "situation"}\nnot json\n{"kind": "situation", "id": "x", "at": "y", "cause": "z"}\n')
    before = everything_sealed()
    assert lifecycle.replay(ledger) == 0
    assert everything_sealed() == before
