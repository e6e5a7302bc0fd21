"""A landlord's people, with teams, who hand things over to each other."""

from typing import Any
from uuid import UUID

from sqlalchemy import update

from factories.accounts import actor_of, make_user
from factories.referrals import Town, make_situation
from maillage.accounts.models import Membership, User
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.referrals.codes import SharingLevel
from maillage.referrals.handover.service import To, hand_over

ACCOUNTS, CARETAKERS = "Comptabilité", "Gardiens"
QUESTION = "Pouvez-vous revoir l’échéancier avant la fin du mois ?"


class House:
    """`asks` is the référente; two keep the accounts, one is a caretaker, one more follows for the house."""

    def __init__(self, town: Town) -> None:
        self.town, self.org = town, town.landlord.org
        self.people: dict[str, User] = {"asks": town.landlord.user}
        for name, role, team in (
            ("accounts", "colleague", ACCOUNTS),
            ("second", "colleague", ACCOUNTS),
            ("caretaker", "colleague", CARETAKERS),
            ("mate", "referent", None),
            ("admin", "org_admin", ACCOUNTS),
        ):
            self.people[name] = make_user(self.org, (role,))
            join_team(self.people[name], team)

    def actor(self, name: str) -> Actor:
        return actor_of(self.people[name], self.org)

    def hand(self, to: str, *, by: str = "asks", situation_id: UUID | None = None, **given: Any) -> UUID:
        """Something handed over: `to` is one of the people, or a team."""
        actor = self.actor(by)
        asked = To(user_id=self.people[to].id) if to in self.people else To(team=to)
        values = {"question": QUESTION, "sharing_level": SharingLevel.STANDARD} | given
        return hand_over(actor, situation_id=situation_id or make_situation(actor), to=asked, **values).id


def join_team(user: User, team: str | None) -> None:
    with transaction() as tx:
        tx.execute(update(Membership).where(Membership.user_id == user.id).values(team=team))
