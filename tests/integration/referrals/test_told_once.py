"""Opposed persons are told in one place: names kept out everywhere, files parted, readers named; and a way out when the
only reader of a file is gone."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import actor_of, bearer, make_user
from factories.pages import Visitor, readable
from factories.referrals import LAST_NAME, Side, Town, make_situation, situation_input, stored, terms
from maillage.accounts.models import User
from maillage.accounts.service import end_membership
from maillage.kernel import jobs
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session
from maillage.kernel.errors import Forbidden, Invalid, NotFound
from maillage.notifications.models import Notification
from maillage.referrals import queries, service
from maillage.referrals.content import StepInput
from maillage.referrals.household import service as household
from maillage.referrals.household.opposed import opposed_persons
from maillage.referrals.models import ReferralBar, Situation
from maillage.referrals.similar.models import SituationDigest

pytestmark = pytest.mark.security

HIM = "Gaspard Rivaux"


def person(name: str) -> dict[str, object]:
    first, last = name.split()
    return {"person": {"first_name": first, "last_name": last}}


def clear_values(situation_id: UUID) -> set[str]:
    """What stands in clear about the names of a situation."""
    found = session().scalars(select(ReferralBar.name_hash).where(ReferralBar.situation_id == situation_id)).all()
    digests = select(SituationDigest.digest).where(SituationDigest.situation_id == situation_id)
    return {it for it in found if it} | set(session().scalars(digests))


def names_of(town: Town, situation_id: UUID) -> set[str]:
    situation = session().get_one(Situation, situation_id, populate_existing=True)
    return {one.name for one in opposed_persons(session(), town.landlord.actor, situation)}


def told(kind: str) -> set[UUID | None]:
    jobs.drain()
    session().rollback()
    return set(session().scalars(select(Notification.user_id).where(Notification.kind == kind)))


def test_said_once_on_the_page_both_consequences_follow(town: Town, app: Flask, sender: Visitor) -> None:
    me, colleague = town.landlord.actor, make_user(town.landlord.org, ("referent",))
    hers, his = make_situation(me), make_situation(me, **person(HIM))
    namesake = make_user(town.association.org, ("intake",), name="RIVAUX gaspard")
    (sent,) = service.refer(me, situation_id=hers, service_ids=[town.service.id], terms=terms())
    at_partner = Visitor(app, Side(town.association.org, namesake, actor_of(namesake, town.association.org)))
    at_partner.get(f"/orientations/{sent.id}")

    place = f"/situations/{hers}/opposes"
    assert place in sender.get(f"/situations/{hers}") and place in sender.get(f"/situations/{hers}/personne")
    assert 'id="name-error"' in sender.refused(place, name="Gaspard", followed="no")
    onwards = sender.go(place, name=HIM, followed="yes")
    assert onwards == f"{place}/a-part?n=1"
    asked = sender.get(onwards)
    assert HIM in asked and stored_reference(his) in asked
    assert sender.go(onwards, name=HIM, user_id=str(colleague.id), reference=stored_reference(his)) == place

    at_partner.get(f"/orientations/{sent.id}", status=404)
    sender.get(f"/situations/{his}", status=404)
    other = Visitor(app, town.landlord, colleague)
    other.get(f"/situations/{hers}", status=404)
    assert "tenir à l’écart" not in readable(other.get(f"/situations/{his}/personne")).replace("Qui tenir", "")
    assert household_names(colleague, town, his) == []
    said = readable(sender.get(place))
    assert "Un collègue la suit, à part" in said and town.landlord.user.name in said
    assert not clear_values(hers) & clear_values(his)


def stored_reference(situation_id: UUID) -> str:
    return session().get_one(Situation, situation_id).reference


def household_names(user: User, town: Town, situation_id: UUID) -> list[object]:
    situation = session().get_one(Situation, situation_id)
    return list(opposed_persons(session(), actor_of(user, town.landlord.org), situation))


def test_the_step_of_the_person_leads_there_and_keeps_what_was_typed(town: Town, sender: Visitor) -> None:
    situation_id = make_situation(town.landlord.actor)
    page = sender.get(f"/orienter/{situation_id}/personne")
    assert 'name="opposed"' in page and "<textarea" not in page
    typed = {"first_name": "Odile", "last_name": "Autre", "allowed": "never", "opposed": "1"}
    assert sender.go(f"/orienter/{situation_id}/personne", **typed) == f"/situations/{situation_id}/opposes"
    view = queries.situation_view(session(), town.landlord.actor, situation_id)
    assert view.content.person.last_name == "Autre"
    sender.go(f"/situations/{situation_id}/opposes", name=HIM, followed="no")
    assert HIM in readable(sender.get(f"/orienter/{situation_id}/personne"))


def test_it_holds_for_the_household_and_who_joins_it(town: Town) -> None:
    me = town.landlord.actor
    hers = make_situation(me)
    child, before = household.add_person(me, situation_id=hers), clear_values(hers)
    household.oppose(me, situation_id=hers, name=HIM)
    late = household.add_person(me, situation_id=hers)
    assert [names_of(town, it) for it in (hers, child, late)] == [{HIM}] * 3
    his = make_situation(me, **person(HIM))
    with pytest.raises(Invalid) as refused:
        household.add_person(me, situation_id=hers, reference=stored_reference(his))
    assert "opposée" in refused.value.fields["reference"]
    household.unsay(me, situation_id=child, name="gaspard RIVAUX")
    assert [names_of(town, it) for it in (hers, child, late)] == [set()] * 3
    assert clear_values(hers) == before
    with pytest.raises(NotFound):
        household.unsay(me, situation_id=hers, name=HIM)


@pytest.mark.parametrize("name", ["Gaspard", "", f"Odile {LAST_NAME}", "g r" * 100, "self"])
def test_a_name_that_says_nobody_is_refused(town: Town, name: str) -> None:
    said = town.landlord.user.name if name == "self" else name
    situation_id = make_situation(town.landlord.actor)
    with pytest.raises(Invalid) as refused:
        household.oppose(town.landlord.actor, situation_id=situation_id, name=said)
    assert set(refused.value.fields) == {"name"}


def test_ten_names_and_no_more_and_a_name_said_twice_is_said_once(town: Town) -> None:
    me, letters = town.landlord.actor, "abcdefghij"
    situation_id = make_situation(me)
    for letter in (*letters, "a"):
        household.oppose(me, situation_id=situation_id, name=f"Gaspard {letter * 4}")
    assert len(names_of(town, situation_id)) == 10
    with pytest.raises(Invalid):
        household.oppose(me, situation_id=situation_id, name=HIM)


def test_a_file_that_opens_later_is_told_to_who_said_so(town: Town, client: FlaskClient, sender: Visitor) -> None:
    me, colleague = town.landlord.actor, make_user(town.landlord.org, ("referent",))
    hers = make_situation(me)
    path, headers = f"/api/v1/situations/{hers}/opposed", bearer(town.landlord.user, town.landlord.org)
    answer = client.post(path, json={"name": HIM}, headers=headers)
    assert (answer.status_code, answer.json) == (201, {"opposed": [{"name": HIM, "apart": False, "met": False}]})
    writer = actor_of(colleague, town.landlord.org)
    his = make_situation(writer, **person(HIM))
    assert told("household.opposed") == {town.landlord.user.id}
    assert "semble déjà suivre" in readable(sender.get(f"/situations/{hers}/opposes"))
    assert client.post(path, json={"name": HIM}, headers=headers).json["opposed"][0]["met"] is True  # type: ignore[index]
    given = {"name": HIM, "followed_by": str(colleague.id), "reference": stored_reference(his)}
    assert client.post(path, json=given, headers=headers).json == {
        "opposed": [{"name": HIM, "apart": True, "met": False}]
    }
    service.update_situation(writer, situation_id=his, given=StepInput.model_validate(person(HIM)))
    with pytest.raises(NotFound):
        queries.load_situation(session(), writer, hers)
    jobs.drain()
    session().rollback()
    kinds = select(Notification.id).where(Notification.kind == "household.opposed")
    assert len(session().scalars(kinds).all()) == 1
    assert client.post(path, json={"name": "Seul"}, headers=headers).status_code == 422


def test_files_parted_before_names_were_asked_for_are_still_told(town: Town, sender: Visitor) -> None:
    me, colleague = town.landlord.actor, town.landlord.colleague("referent")
    hers = make_situation(me)
    assert colleague.user_id is not None
    household.keep_apart(me, situation_id=hers, user_id=colleague.user_id)
    assert "Une personne suivie à part" in readable(sender.get(f"/situations/{hers}/opposes"))


class Rescue:
    """His file with its only reader, and the administrators of the house."""

    def __init__(self, town: Town) -> None:
        self.town, self.org = town, town.landlord.org
        self.reader, self.fresh = (make_user(self.org, ("referent",)) for _ in range(2))
        self.chief, self.other_chief = (make_user(self.org, ("org_admin",)) for _ in range(2))
        self.hers = make_situation(town.landlord.actor)
        given = situation_input(**person(HIM))
        self.his = service.create_situation(town.landlord.actor, given=given).id
        household.keep_apart(
            town.landlord.actor,
            situation_id=self.hers,
            user_id=self.reader.id,
            reference=stored_reference(self.his),
        )

    def lose(self) -> None:
        end_membership(actor_of(self.chief, self.org), user_id=self.reader.id)


def test_who_administers_names_another_reader_and_reads_nothing(town: Town, app: Flask) -> None:
    house = Rescue(town)
    place = f"/administration/dossiers-sans-lecteur/{house.his}"
    chief = Visitor(app, town.landlord, house.chief)
    assert "Rien à confier" in readable(chief.get("/administration/dossiers-sans-lecteur"))
    chief.get(place, status=404)
    house.lose()
    jobs.tick()
    assert told("household.rescued") == {house.chief.id, house.other_chief.id}
    listed = chief.get("/administration/dossiers-sans-lecteur")
    assert place in listed and stored_reference(house.his) in listed and str(house.hers) not in listed
    assert "Rivaux" not in listed
    page = chief.get(place)
    assert str(house.fresh.id) in page and str(town.landlord.user.id) not in page
    chief.refused(place, user_id=str(town.landlord.user.id))
    chief.go(place, user_id=str(house.fresh.id))
    Visitor(app, town.landlord, house.fresh).get(f"/situations/{house.his}/personne")
    chief.get(f"/situations/{house.his}", status=403)
    assert told("household.entrusted") >= {house.fresh.id}
    rescued = select(AuditEntry.actor_id).where(AuditEntry.action == "household.rescue")
    assert session().scalars(rescued).all() == [house.chief.id]
    with pytest.raises(Invalid):
        household.let_read(town.landlord.actor, situation_id=house.hers, user_id=house.fresh.id)


def test_nobody_else_rescues_and_no_file_that_is_read(town: Town) -> None:
    house = Rescue(town)
    stranger = make_user(town.stranger.org, ("org_admin",))
    tries: list[tuple[User, object, type[Exception]]] = [
        (house.fresh, town.landlord.org, Forbidden), (stranger, town.stranger.org, NotFound),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        household.rescue(actor_of(house.chief, house.org), situation_id=house.his, user_id=house.fresh.id)
    house.lose()
    for user, org, refusal in tries:
        with pytest.raises(refusal):
            household.rescue(actor_of(user, org), situation_id=house.his, user_id=house.fresh.id)  # type: ignore[arg-type]
    both = make_user(house.org, ("org_admin", "referent"))
    with pytest.raises(Invalid):
        household.rescue(actor_of(both, house.org), situation_id=house.his, user_id=both.id)
    assert (
        stored(
            service.refer(town.landlord.actor, situation_id=house.hers, service_ids=[town.service.id], terms=terms())[
                0
            ].id
        ).situation_id
        == house.hers
    )
