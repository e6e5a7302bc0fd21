"""A person's file: kept, sealed, sorted, out of reach of others."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from factories.accounts import sign_in
from factories.referrals import Town, make_situation
from maillage.accounts.models import Organization
from maillage.kernel import clock
from maillage.kernel.actor import Actor, Reads
from maillage.kernel.crypto import SealBroken
from maillage.kernel.db import db, session, transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.referrals import service as referring
from maillage.referrals.household import queries, service
from maillage.referrals.household.codes import EntryKind, Level, Moment, Relation, Stage
from maillage.referrals.household.content import Around, Entry, Grid, NextStep, Portrait, Procedure
from maillage.referrals.household.models import HouseholdFile
from maillage.referrals.queries import frame

OWN_WORDS = "CANARI-PAROLE je veux rester chez moi"
RELATIVE = "CANARI-NIECE Yvonne"
VISITED = "CANARI-VISITE volets clos"
STEP = "CANARI-ETAPE rappeler la mutuelle"
DEBT = "CANARI-DETTE 1 850 €"
GRID = "CANARI-GRILLE progrès"
FILE_CANARIES = (OWN_WORDS, RELATIVE, VISITED, STEP, DEBT, GRID)


@pytest.fixture
def me(town: Town) -> Actor:
    return town.landlord.actor


def fill(actor: Actor, situation_id: UUID, mark: str = "") -> None:
    """Something in every part of a file."""
    today = clock.today()
    service.describe(actor, situation_id=situation_id, portrait=Portrait(own_words=OWN_WORDS + mark, strengths=mark))
    service.know_around(actor, situation_id=situation_id, around=[Around(name=RELATIVE, relation=Relation.FAMILY)])
    service.note(
        actor,
        situation_id=situation_id,
        entry=Entry(kind=EntryKind.VISIT, happened_on=today, words=VISITED + mark),
        next_step=NextStep(words=STEP + mark, on=today + timedelta(days=3)),
    )
    days = {Stage.ARREARS: today - timedelta(days=60), Stage.HEARING: today + timedelta(days=20)}
    service.follow_procedure(actor, situation_id=situation_id, procedure=Procedure(days=days, debt=DEBT + mark))
    for moment, level in ((Moment.START, Level.WITH_HELP), (Moment.END, Level.ALONE)):
        grid = Grid(on=today, levels={"rent": level}, note=GRID + mark)
        service.assess(actor, situation_id=situation_id, moment=moment, grid=grid)


def test_a_file_is_read_as_it_was_written(me: Actor) -> None:
    situation_id = make_situation(me)
    assert service.open_file(me, situation_id=situation_id).entries == ()
    fill(me, situation_id)
    view = service.open_file(me, situation_id=situation_id)
    assert view.content.portrait.own_words == OWN_WORDS
    assert [one.name for one in view.content.around] == [RELATIVE]
    assert [(line.entry.words, line.user_name) for line in view.entries] == [(VISITED, me.user_name)]
    assert view.next_step is not None and view.next_step.words == STEP
    assert view.content.procedure.debt == DEBT
    assert view.grids[Moment.END].levels["rent"] - view.grids[Moment.START].levels["rent"] == 2


def test_nothing_of_a_file_is_readable_in_the_database(me: Actor) -> None:
    situation_id = make_situation(me)
    fill(me, situation_id)
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                assert not [canary for canary in FILE_CANARIES if canary in str(tuple(row))], table.name


def test_a_file_moved_to_another_person_does_not_open(me: Actor) -> None:
    one, other = make_situation(me), make_situation(me)
    fill(me, one)
    fill(me, other)
    with transaction() as tx:
        files = {row.situation_id: row for row in tx.scalars(select(HouseholdFile))}
        files[one].sealed = files[other].sealed
    with pytest.raises(SealBroken):
        service.open_file(me, situation_id=one)


def test_the_length_of_words_does_not_show(me: Actor) -> None:
    sizes = set()
    for words in ("", "Oui.", "Une phrase un peu plus longue, mais pas trop."):
        situation_id = make_situation(me)
        service.describe(me, situation_id=situation_id, portrait=Portrait(own_words=words))
        sizes.add(
            len(session().scalars(select(HouseholdFile).where(HouseholdFile.situation_id == situation_id)).one().sealed)
        )
    assert len(sizes) == 1


def test_what_is_to_be_done_comes_by_date_and_is_ones_own(town: Town, me: Actor) -> None:
    today = clock.today()
    for days, words in ((9, "Dans neuf jours"), (2, "Dans deux jours"), (5, "Dans cinq jours")):
        step = NextStep(words=words, on=today + timedelta(days=days))
        service.plan_next(me, situation_id=make_situation(me), step=step)
    lines = queries.next_steps(session(), me)
    assert [line.words for line in lines] == ["Dans deux jours", "Dans cinq jours", "Dans neuf jours"]
    assert queries.next_steps(session(), town.landlord.colleague("referent")) == ()
    service.plan_next(me, situation_id=lines[0].situation_id, step=None)
    assert [line.words for line in queries.next_steps(session(), me)] == ["Dans cinq jours", "Dans neuf jours"]


def test_the_day_of_an_action_counts_as_something_to_do(me: Actor) -> None:
    step = NextStep(words="Rappeler", on=clock.today() + timedelta(days=2))
    service.plan_next(me, situation_id=make_situation(me), step=step)
    assert frame(session(), me).todo == 0
    with clock.at(clock.now() + timedelta(days=2)):
        assert frame(session(), me).todo == 1


def test_an_action_is_given_to_a_colleague_who_reads_already(town: Town, me: Actor, client: FlaskClient) -> None:
    referent, reads_own = town.landlord.colleague("referent"), town.landlord.colleague("colleague")
    situation_id = make_situation(me)
    step = NextStep(words="Rappeler", on=clock.today())
    for outsider in (reads_own, town.association.actor):
        with pytest.raises(Invalid) as refused:
            service.plan_next(me, situation_id=situation_id, step=step, user_id=outsider.user_id)
        assert "user_id" in refused.value.fields
    browser, path = sign_in(client, town.landlord.user), f"/situations/{situation_id}/suivi/a-faire"
    page = browser.get(path).text
    assert str(referent.user_id) in page and str(reads_own.user_id) not in page
    given = {"next_words": "Rappeler", "next_on": step.on.isoformat()}
    assert browser.post(path, data=given | {"user_id": str(reads_own.user_id)}).status_code == 422
    assert browser.post(path, data=given | {"user_id": str(referent.user_id)}).status_code == 303
    session().rollback()  # what the browser wrote meanwhile
    assert [line.words for line in queries.next_steps(session(), referent)] == ["Rappeler"]
    assert (frame(session(), referent).todo, frame(session(), me).todo) == (1, 0)


def test_an_action_follows_the_need_to_know(town: Town, me: Actor) -> None:
    referent = town.landlord.colleague("referent")
    situation_id, step = make_situation(me), NextStep(words="Rappeler", on=clock.today())
    with transaction() as writing:
        writing.get_one(Organization, me.org_id).need_to_know = Reads.OWN
    with pytest.raises(Invalid):
        service.plan_next(me, situation_id=situation_id, step=step, user_id=referent.user_id)


def test_an_action_apart_is_given_to_its_readers_only(town: Town, me: Actor) -> None:
    other, referent = town.landlord.colleague("referent"), town.landlord.colleague("referent")
    situation_id = make_situation(me)
    service.keep_apart(me, situation_id=situation_id, user_id=other.user_id, reference="")
    step = NextStep(words="Rappeler", on=clock.today())
    for colleague in (other, referent):
        with pytest.raises(Invalid):
            service.plan_next(me, situation_id=situation_id, step=step, user_id=colleague.user_id)
    service.plan_next(me, situation_id=situation_id, step=step, user_id=me.user_id)


def test_a_file_goes_with_its_draft(me: Actor) -> None:
    situation_id = make_situation(me)
    fill(me, situation_id)
    referring.delete_draft(me, situation_id=situation_id)
    for table in ("household_file", "household_entry", "autonomy_grid"):
        assert session().execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_a_stale_page_overwrites_nothing(me: Actor) -> None:
    situation_id = make_situation(me)
    service.describe(me, situation_id=situation_id, portrait=Portrait(needs="Premier"), version=0)
    with pytest.raises(Conflict):
        service.know_around(me, situation_id=situation_id, around=[], version=0)


PAST, FUTURE = clock.today() - timedelta(days=2), clock.today() + timedelta(days=2)


@pytest.mark.parametrize(
    ("verb", "given", "field"),
    [
        (service.note, {"entry": Entry(kind=EntryKind.CALL, happened_on=FUTURE)}, "happened_on"),
        (service.plan_next, {"step": NextStep(words="Rappeler", on=PAST)}, "next_on"),
        (service.plan_next, {"step": NextStep(words="Rappeler Odile", on=FUTURE)}, "next_words"),
        (service.follow_procedure, {"procedure": Procedure(days={Stage.OVER: FUTURE})}, "over"),
        (service.assess, {"moment": Moment.END, "grid": Grid(on=FUTURE, levels={"rent": Level.ALONE})}, "on"),
        (service.keep_apart, {"user_id": UUID(int=7)}, "user_id"),
        (service.add_person, {"reference": "ZZZZ-99"}, "reference"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(me: Actor, verb: Any, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        verb(me, situation_id=make_situation(me), **given)
    assert field in refused.value.fields


def test_a_file_is_its_organisations_own(town: Town, me: Actor) -> None:
    situation_id = make_situation(me)
    fill(me, situation_id)
    for other in (town.association.actor, town.stranger.actor, town.landlord.colleague("org_admin")):
        with pytest.raises(NotFound):
            service.open_file(other, situation_id=situation_id)
        with pytest.raises((NotFound, Forbidden)):
            service.describe(other, situation_id=situation_id, portrait=Portrait(needs="Intrus"))


def test_who_opens_a_file_leaves_one_trace_an_hour(town: Town, me: Actor) -> None:
    situation_id = make_situation(me)
    for _ in range(3):
        service.open_file(me, situation_id=situation_id)
    with clock.at(clock.now() + timedelta(hours=2)):
        service.open_file(me, situation_id=situation_id)
    traces = session().execute(text("SELECT count(*) FROM audit_entry WHERE action = 'household.read'")).scalar()
    assert traces == 2
