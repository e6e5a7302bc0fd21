"""Who of an organisation reads what: everybody, one's team, oneself; and how somebody opens the rest, for a day."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from factories.accounts import actor_of, make_user
from factories.pages import Visitor, readable
from factories.referrals import Town, make_situation, stored, terms
from maillage.accounts.models import Membership, Organization, User
from maillage.accounts.service import change_reading, change_roles, end_membership
from maillage.kernel import audit, clock, jobs
from maillage.kernel.actor import Actor, Reads
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Forbidden, Invalid, NotFound
from maillage.notifications.models import Notification
from maillage.referrals import queries, service
from maillage.referrals.codes import Side
from maillage.referrals.glass.models import GlassBreak
from maillage.referrals.glass.service import UNKNOWN, break_glass
from maillage.referrals.household import service as household
from maillage.referrals.models import Situation

pytestmark = pytest.mark.security

WHY = "Elle appelle, sa référente est absente."
NISS = "Dossier 85.07.30-033.28, à voir."


class House:
    """The landlord's people: who sends, one of the same team, one of another, one of none."""

    def __init__(self, town: Town, reads: Reads) -> None:
        self.town = town
        self.admin = make_user(town.landlord.org, ("org_admin",))
        self.people = {"sender": town.landlord.user}
        for name, team in (("mate", "Lens"), ("other", "Arras"), ("teamless", None)):
            self.people[name] = make_user(town.landlord.org, ("referent",))
            self._join(self.people[name], team)
        self._join(town.landlord.user, "Lens")
        for org in (town.landlord.org, town.association.org):
            with transaction() as tx:
                tx.execute(update(Organization).where(Organization.id == org.id).values(need_to_know=reads))
            session().refresh(org)
        self.situation_id = make_situation(self.actor("sender"))
        wanted = {"situation_id": self.situation_id, "service_ids": [town.service.id], "terms": terms()}
        self.referral_id: UUID = service.refer(self.actor("sender"), **wanted)[0].id
        self.reference = stored(self.referral_id).reference

    def actor(self, name: str) -> Actor:
        return actor_of(self.people[name], self.town.landlord.org)

    def intake(self, user: User) -> Actor:
        return actor_of(user, self.town.association.org)

    @staticmethod
    def _join(user: User, team: str | None) -> None:
        with transaction() as tx:
            tx.execute(update(Membership).where(Membership.user_id == user.id).values(team=team))


def reads(actor: Actor, house: House) -> tuple[bool, bool]:
    """Whether the actor finds the situation and the referral, alike in lists and by address."""
    session().rollback()
    found = []
    for query, loads, wanted in (
        (queries.visible_situations(actor), queries.load_situation, house.situation_id),
        (queries.visible(actor), queries.load, house.referral_id),
    ):
        listed = wanted in {row.id for row in session().scalars(query)}
        try:
            loads(session(), actor, wanted)  # type: ignore[operator]
        except NotFound:
            assert not listed
        else:
            assert listed
        found.append(listed)
    in_box = {line.id for line in queries.inbox(session(), actor, box=Side.SENDER).rows}
    assert (house.referral_id in in_box) == found[1] or actor.org_id != house.town.landlord.org.id
    return found[0], found[1]


@pytest.mark.parametrize(
    ("rule", "mate", "other", "teamless"),
    [(Reads.ALL, True, True, True), (Reads.TEAM, True, False, False), (Reads.OWN, False, False, False)],
)
def test_the_rule_decides_who_of_the_sender_reads(
    town: Town, rule: Reads, mate: bool, other: bool, teamless: bool
) -> None:
    house = House(town, rule)
    wanted = {"sender": True, "mate": mate, "other": other, "teamless": teamless}
    for name, may in wanted.items():
        assert reads(house.actor(name), house) == (may, may), name


@pytest.mark.parametrize("rule", [Reads.TEAM, Reads.OWN])
def test_what_comes_in_is_for_whoever_answers_until_it_is_entrusted(town: Town, rule: Reads) -> None:
    house = House(town, rule)
    first, mate = make_user(town.association.org, ("intake",)), make_user(town.association.org, ("intake",))
    for user, team in ((first, "Nord"), (mate, "Nord"), (town.association.user, "Sud")):
        House._join(user, team)
    both = house.intake(first), house.intake(mate), house.intake(town.association.user)
    assert [reads(actor, house)[1] for actor in both] == [True, True, True]
    service.assign(both[2], referral_id=house.referral_id, user_id=first.id)
    jobs.drain()
    assert [reads(actor, house)[1] for actor in both] == [True, rule is Reads.TEAM, False]
    service.write(house.actor("sender"), referral_id=house.referral_id, text="Bonjour.")
    jobs.drain()
    session().rollback()
    told = session().scalars(select(Notification.user_id).where(Notification.kind == "referral.message"))
    assert set(told) == ({first.id, mate.id} if rule is Reads.TEAM else {first.id})


def test_the_work_of_who_left_is_taken_up(town: Town) -> None:
    house = House(town, Reads.OWN)
    admin = actor_of(house.admin, town.landlord.org)
    end_membership(admin, user_id=town.landlord.user.id)
    assert reads(house.actor("other"), house) == (True, True)


def test_somebody_opens_it_for_a_day_and_it_is_told(town: Town, app: Flask) -> None:
    house = House(town, Reads.OWN)
    visitor = Visitor(app, town.landlord, house.people["other"])
    assert "hors de mon périmètre" in readable(visitor.get("/mes-orientations"))
    visitor.get(f"/situations/{house.situation_id}", status=404)
    refused = visitor.refused("/orientations/ouvrir", reference=house.reference, reason="  ")
    assert 'id="reason-error"' in refused and house.reference in refused
    for named in ("Mme Vandermersch appelle.", "Voir vandermersch, absente.", "Rappeler au 06 12 34 56 78.", NISS):
        refused = visitor.refused("/orientations/ouvrir", reference=house.reference, reason=named)
        assert 'id="reason-error"' in refused, named
    there = visitor.go("/orientations/ouvrir", reference=house.reference.lower(), reason=WHY)
    assert there == f"/situations/{house.situation_id}"
    visitor.get(there)
    visitor.get(f"/orientations/{house.referral_id}")
    assert reads(house.actor("mate"), house) == (False, False)
    jobs.drain()
    session().rollback()
    told = session().scalars(select(Notification.user_id).where(Notification.kind == "referral.glass"))
    assert set(told) == {town.landlord.user.id, house.admin.id}
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "situation.break_glass")).one()
    assert (entry.actor_id, entry.details["reason"]) == (house.people["other"].id, WHY)
    assert list(audit.verify(session())) == []

    with clock.at(clock.now() + timedelta(hours=24, seconds=1)):
        assert reads(house.actor("other"), house) == (False, False)


def test_a_receiver_opens_what_is_entrusted_to_a_colleague(town: Town) -> None:
    house = House(town, Reads.OWN)
    colleague = make_user(town.association.org, ("intake",))
    service.assign(town.association.actor, referral_id=house.referral_id, user_id=colleague.id)
    actor = house.intake(town.association.user)
    assert reads(actor, house) == (False, False)
    assert break_glass(actor, reference=house.reference, reason=WHY).referral_id == house.referral_id
    assert reads(actor, house) == (False, True)
    jobs.drain()
    session().rollback()
    told = session().scalars(select(Notification.user_id).where(Notification.kind == "referral.glass"))
    assert colleague.id in set(told)


def test_what_one_reads_anyway_is_found_without_a_trace(town: Town) -> None:
    house = House(town, Reads.TEAM)
    assert break_glass(house.actor("mate"), reference=house.reference, reason=WHY).known
    session().rollback()
    assert session().scalars(select(GlassBreak)).all() == []


def test_the_glass_never_breaks_a_bar_a_separation_nor_a_wall_between_organisations(town: Town) -> None:
    house = House(town, Reads.OWN)
    sender = house.actor("sender")
    service.bar(sender, situation_id=house.situation_id, who=house.people["other"].id, reason="Voisin.")
    apart = make_situation(sender)
    household.keep_apart(sender, situation_id=apart, user_id=house.people["teamless"].id)
    hidden = session().get_one(Situation, apart).reference
    lot = [
        (house.actor("other"), house.reference),
        (house.actor("mate"), hidden),
        (town.stranger.actor, house.reference),
        (house.actor("mate"), "ZZZZ-00"),
    ]
    for actor, reference in lot:
        with pytest.raises(Invalid) as refused:
            break_glass(actor, reference=reference, reason=WHY)
        assert refused.value.fields == {"reference": UNKNOWN}
    for role in ("colleague", "volunteer", "org_admin"):
        with pytest.raises(Forbidden):
            break_glass(town.landlord.colleague(role), reference=house.reference, reason=WHY)
    service.bar(sender, situation_id=house.situation_id, who=house.people["mate"].id, reason="Cousine.")
    session().rollback()
    assert session().scalars(select(GlassBreak)).all() == []


def test_a_bar_shuts_what_was_opened(town: Town) -> None:
    house = House(town, Reads.OWN)
    break_glass(house.actor("other"), reference=house.reference, reason=WHY)
    service.bar(house.actor("sender"), situation_id=house.situation_id, who=house.people["other"].id, reason="Voisin.")
    assert reads(house.actor("other"), house) == (False, False)


def test_the_administrator_says_who_reads_what(town: Town, app: Flask) -> None:
    house = House(town, Reads.ALL)
    visitor = Visitor(app, town.landlord, house.admin)
    assert 'id="need_to_know-error"' in visitor.refused("/administration/lecture", need_to_know="nobody")
    visitor.go("/administration/lecture", need_to_know="team")
    mate = house.people["mate"].id
    visitor.go(f"/administration/membres/{mate}/roles", roles="referent", team="  Agence   de Lens ")
    assert "Agence de Lens" in readable(visitor.get("/administration/membres"))
    session().expire_all()
    assert session().get_one(Organization, town.landlord.org.id).need_to_know == "team"
    reader = Visitor(app, town.landlord, house.people["mate"])
    reader.get(f"/situations/{house.situation_id}", status=404)
    with pytest.raises(Forbidden):
        change_reading(house.actor("sender"), need_to_know="all")
    with pytest.raises(Forbidden):
        change_roles(house.actor("sender"), user_id=mate, roles=["referent"], team="Lens")
