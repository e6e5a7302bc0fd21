"""To whom something may be handed over inside a house, and who answers for what was."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from maillage.accounts.queries import Colleague, colleagues, recipients, recipients_for_users
from maillage.kernel.actor import Actor
from maillage.notifications.values import Recipient
from maillage.referrals import policy
from maillage.referrals.household.queries import readers_of
from maillage.referrals.models import Referral, Situation
from maillage.referrals.queries.bars import assignable


@dataclass(frozen=True, slots=True)
class Addressees:
    """The colleagues of an actor who may take a situation on, and the teams that some of them are in."""

    people: tuple[Colleague, ...]
    teams: tuple[str, ...]


def addressees(session: Session, actor: Actor, situation: Situation) -> Addressees:
    """To whom the actor may hand over a situation that was loaded for them. One that is kept apart goes to its named
    readers and to no team."""
    assert actor.org_id is not None
    apart = readers_of(session, [situation.id], org_id=actor.org_id)
    able = {one.user_id for one in recipients(session, actor.org_id, policy.INSIDE)} - {actor.user_id}
    people = [
        one
        for one in assignable(session, actor.org_id, situation.id)
        if one.user_id in able and (not apart or one.user_id in apart)
    ]
    teams = set() if apart else {one.team for one in people if one.team}
    return Addressees(tuple(people), tuple(sorted(teams, key=str.casefold)))


def takers(session: Session, referral: Referral) -> Sequence[Recipient]:
    """Whom it was handed to, as far as they still work there and may take it on."""
    org_id = referral.receiver_org_id
    able = {one.user_id for one in recipients(session, org_id, policy.INSIDE)} - {referral.sender_user_id}
    apart = readers_of(session, [referral.situation_id], org_id=org_id)
    if apart:
        able &= apart
    team = {it.user_id for it in colleagues(session, org_id) if referral.to_team and it.team == referral.to_team}
    asked = team | ({referral.to_user_id} if referral.to_user_id is not None else set())
    return recipients_for_users(session, asked & able, org_id=org_id)
