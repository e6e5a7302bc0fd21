"""Two organisations that keep whole situations and referrals in their vaults."""

from dataclasses import dataclass
from uuid import UUID

from flask import Flask

from factories.accounts import make_user
from factories.pages import Visitor
from factories.referrals import Side, Town, make_situation, terms
from factories.vaults import at, keep_whole
from maillage.directory.models import Service
from maillage.kernel import jobs
from maillage.referrals import service
from maillage.referrals.content import Details
from maillage.referrals.states import Event, State


@dataclass(slots=True)
class Houses:
    """A landlord and an association that keep all of it in vaults, each with a colleague who is not in."""

    town: Town
    sender: Visitor
    receiver: Visitor
    beside: Visitor
    beside_id: UUID
    across: Visitor

    def begin(self) -> UUID:
        with at(self.sender) as actor:
            return make_situation(actor)

    def send(self, *services: Service, mode: str = "each_may_act", situation_id: UUID | None = None) -> list[UUID]:
        situation_id = situation_id or self.begin()
        ids = [one.id for one in services or (self.town.service,)]
        with at(self.sender) as actor:
            made = service.refer(actor, situation_id=situation_id, service_ids=ids, terms=terms(mode=mode))
        jobs.drain()
        return [one.id for one in made]

    def do(self, who: Visitor, referral_id: UUID, event: Event, **given: object) -> State:
        with at(who) as actor:
            return service.act(actor, referral_id=referral_id, event=event, details=Details.model_validate(given)).state

    def accept(self, who: Visitor, referral_id: UUID) -> State:
        return self.do(who, referral_id, Event.ACCEPT, contact="Samira, équipe mobile", estimate="sous huit jours")


def administrator(app: Flask, side: Side, *roles: str) -> Visitor:
    return Visitor(app, side, make_user(side.org, ("org_admin", *roles)))


def make_houses(app: Flask, town: Town) -> Houses:
    sender = administrator(app, town.landlord, "referent")
    receiver = administrator(app, town.association, "intake")
    for one in (sender, receiver):
        keep_whole(one)
    beside = make_user(town.landlord.org, ("referent",))
    return Houses(
        town, sender, receiver, Visitor(app, town.landlord, beside), beside.id, Visitor(app, town.association)
    )
