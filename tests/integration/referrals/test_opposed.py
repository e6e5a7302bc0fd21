"""Opposed persons of one household: nobody who reads one reads the other, on any page, in any list, in the database."""

import html
import json
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import actor_of, make_user, sign_in
from factories.referrals import Town, make_situation, make_town, situation_input, terms
from maillage.accounts.models import User
from maillage.kernel import clock, jobs, lifecycle
from maillage.kernel.actor import Actor
from maillage.kernel.db import db, session
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.notifications.models import Notification
from maillage.referrals import queries as referrals
from maillage.referrals import service as referring
from maillage.referrals.content import Details
from maillage.referrals.household import queries, service
from maillage.referrals.household.codes import EntryKind
from maillage.referrals.household.content import Entry, NextStep, Portrait
from maillage.referrals.models import Referral, Situation
from maillage.referrals.states import Event

pytestmark = pytest.mark.security

HER, HIM, CHILD = "Canarielle", "Canarilui", "Canarienfant"
TABS = (
    "", "/suivi", "/personne", "/procedure", "/autonomie", "/personne/modifier", "/entourage", "/autonomie/debut",
    "/suivi/a-faire", "/menage/ajouter", "/opposes", "/opposes/a-part", "/lecteurs", "/acces",
)  # fmt: skip
LISTS = ("/mes-orientations", "/mes-orientations/toutes", "/orienter", "/notifications")


@dataclass(frozen=True)
class House:
    """Her situation and the child's, with me; his, with a colleague."""

    town: Town
    hers: UUID
    child: UUID
    his: UUID
    him_followed_by: User

    @property
    def me(self) -> Actor:
        return self.town.landlord.actor

    @property
    def colleague(self) -> Actor:
        return actor_of(self.him_followed_by, self.town.landlord.org)

    def reference(self, situation_id: UUID) -> str:
        return session().get_one(Situation, situation_id).reference


@pytest.fixture
def house(app: Flask) -> House:
    """All three were one household until she told."""
    town = make_town()
    me = town.landlord.actor
    hers = make_situation(me, **person_of(HER))
    child, his = (service.add_person(me, situation_id=hers) for _ in range(2))
    built = House(town, hers, child, his, make_user(town.landlord.org, ("referent",)))
    reference = built.reference(his)
    service.keep_apart(me, situation_id=hers, user_id=built.him_followed_by.id, reference=reference)
    for actor, situation_id, mark in ((me, child, CHILD), (built.colleague, his, HIM)):
        referring.update_situation(actor, situation_id=situation_id, given=situation_input(**person_of(mark)))
    for actor, situation_id, mark in ((me, hers, HER), (me, child, CHILD), (built.colleague, his, HIM)):
        _write_file(actor, situation_id, mark)
        service_id = (town.other_service if mark == HIM else town.service).id
        referring.refer(actor, situation_id=situation_id, service_ids=[service_id], terms=terms())
    return built


def person_of(mark: str) -> dict[str, object]:
    person = {"first_name": mark, "last_name": f"{mark}-nom"}
    return {"asked": "Un soutien.", "need": f"{mark} besoin", "person": person}


def _write_file(actor: Actor, situation_id: UUID, mark: str) -> None:
    service.describe(actor, situation_id=situation_id, portrait=Portrait(own_words=f"{mark} parle"))
    entry = Entry(kind=EntryKind.VISIT, happened_on=clock.today(), words=f"{mark} visite")
    step = NextStep(words=f"Rappeler pour le dossier {mark[-3:]}", on=clock.today())
    service.note(actor, situation_id=situation_id, entry=entry, next_step=step)


def pages(client: FlaskClient, *situation_ids: UUID) -> str:
    """All that a reader meets: every tab of these situations, and every list."""
    addresses = [*LISTS, *(f"/situations/{one}{tab}" for one in situation_ids for tab in TABS)]
    answers = [client.get(address, follow_redirects=True) for address in addresses]
    assert {answer.status_code for answer in answers} == {200}
    return html.unescape("".join(answer.text for answer in answers))


def test_neither_reader_meets_a_word_of_the_other(house: House, client: FlaskClient) -> None:
    mine = pages(sign_in(client, house.town.landlord.user), house.hers, house.child)
    assert HER in mine and CHILD in mine
    assert HIM not in mine and house.reference(house.his) not in mine
    theirs = pages(sign_in(client, house.him_followed_by), house.his)
    assert HIM in theirs
    for secret in (
        HER,
        CHILD,
        house.reference(house.hers),
        house.reference(house.child),
        str(house.hers),
        str(house.child),
    ):
        assert secret not in theirs


def test_only_the_protected_side_is_told_that_there_is_another(house: House, client: FlaskClient) -> None:
    told = "Deux personnes suivies à part"
    assert told in sign_in(client, house.town.landlord.user).get(f"/situations/{house.hers}/personne").text
    assert told not in sign_in(client, house.him_followed_by).get(f"/situations/{house.his}/personne").text


@pytest.mark.parametrize("tab", TABS)
def test_the_other_part_is_as_one_that_does_not_exist(house: House, client: FlaskClient, tab: str) -> None:
    third = make_user(house.town.landlord.org, ("referent",))
    for user, hidden in (
        (house.town.landlord.user, (house.his,)),
        (house.him_followed_by, (house.hers, house.child)),
        (third, (house.his, house.hers, house.child)),
    ):
        browser = sign_in(client, user)
        for situation_id in hidden:
            assert browser.get(f"/situations/{situation_id}{tab}").status_code == 404


def test_a_referral_of_the_other_part_is_out_of_reach(house: House, client: FlaskClient) -> None:
    rows = session().scalars(select(Referral)).all()
    hidden = {one.id for one in rows if one.situation_id == house.his}
    seen = {line.id for line in referrals.my_work(session(), house.me).waiting}
    assert len(hidden) == 1 and not hidden & seen and len(seen) == 2
    browser = sign_in(client, house.town.landlord.user)
    for referral_id in hidden:
        assert browser.get(f"/orientations/{referral_id}").status_code == 404
        assert browser.post(f"/orientations/{referral_id}/identite").status_code == 404
        with pytest.raises(NotFound):
            referring.act(house.me, referral_id=referral_id, event=Event.CANCEL, details=Details(reason="Curiosité"))


def test_nothing_in_clear_ties_the_two_together(house: House) -> None:
    """No row holds both, and what each has in clear is nowhere at the other's; only sealed words know."""
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                text = str(tuple(row)).replace("-", "")
                assert not (house.hers.hex in text and house.his.hex in text), table.name


def test_the_copy_given_to_a_person_does_not_tell_of_the_other(house: House) -> None:
    for about, hidden in ((house.his, house.hers), (house.hers, house.his)):
        copy = json.dumps(lifecycle.export(session(), "situation", about))
        assert str(hidden) not in copy
        assert house.reference(hidden) not in copy


def test_who_knows_one_may_not_be_let_to_read_the_other(house: House) -> None:
    for actor, situation_id, knows in (
        (house.colleague, house.his, house.me),
        (house.me, house.hers, house.colleague),
        (house.me, house.child, house.colleague),
    ):
        offered = {
            one.user_id
            for one in queries.who_may_follow(session(), actor, queries.household_of(session(), situation_id))
        }
        assert knows.user_id not in offered
        assert knows.user_id is not None
        with pytest.raises(Invalid):
            service.let_read(actor, situation_id=situation_id, user_id=knows.user_id)


def test_a_third_colleague_reads_one_side_once_let_in_and_never_the_other(house: House) -> None:
    third = make_user(house.town.landlord.org, ("colleague",))
    service.let_read(house.me, situation_id=house.hers, user_id=third.id)
    actor = actor_of(third, house.town.landlord.org)
    for situation_id in (house.hers, house.child):
        assert service.open_file(actor, situation_id=situation_id).entries
    with pytest.raises(Invalid):
        service.let_read(house.colleague, situation_id=house.his, user_id=third.id)
    with pytest.raises(NotFound):
        service.open_file(actor, situation_id=house.his)


def test_who_takes_the_other_person_must_not_know_this_one(house: House) -> None:
    reads_before = house.town.landlord.colleague("referent")
    fresh = make_situation(house.me)
    service.open_file(reads_before, situation_id=fresh)
    assert reads_before.user_id is not None
    with pytest.raises(Invalid) as refused:
        service.keep_apart(house.me, situation_id=fresh, user_id=reads_before.user_id)
    assert "user_id" in refused.value.fields


def test_a_situation_that_is_kept_apart_joins_no_other_household(house: House) -> None:
    fresh = make_situation(house.me)
    with pytest.raises(Invalid):
        service.add_person(house.me, situation_id=fresh, reference=house.reference(house.hers))
    with pytest.raises(Conflict):
        service.let_read(house.me, situation_id=fresh, user_id=house.town.landlord.user.id)


def test_only_its_readers_are_told_of_an_answer(house: House) -> None:
    jobs.drain()
    his = session().scalars(select(Referral.id).where(Referral.situation_id == house.his)).one()
    accepted = Details(contact="Samira, équipe mobile", estimate="sous huit jours")
    referring.act(house.town.other_association.actor, referral_id=his, event=Event.ACCEPT, details=accepted)
    jobs.drain()
    told = set(session().scalars(select(Notification.user_id).where(Notification.about == his)))
    assert house.him_followed_by.id in told
    assert house.me.user_id not in told


def test_the_colleague_is_told_that_a_situation_is_theirs(house: House) -> None:
    jobs.drain()
    told = session().scalars(select(Notification.user_id).where(Notification.about == house.his)).all()
    assert told == [house.him_followed_by.id]
