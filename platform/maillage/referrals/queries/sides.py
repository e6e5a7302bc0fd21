"""Whose side a step or a look was on, and how the two sides of a referral are called.

Between organisations that is said by the organisation. Inside a house both sides are one organisation: a step belongs
to the side that the table gives it to, and a side is called by its person or its team.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from maillage.kernel.audit import AuditEntry
from maillage.referrals.codes import Side
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral, ReferralEvent
from maillage.referrals.queries.results import Party, TimelineEntry
from maillage.referrals.states import OWNERS, Event


def other(side: Side) -> Side:
    return Side.RECEIVER if side is Side.SENDER else Side.SENDER


def org_of(referral: Referral, side: Side) -> UUID:
    return referral.sender_org_id if side is Side.SENDER else referral.receiver_org_id


def person_of(referral: Referral, side: Side) -> UUID | None:
    """Who stands for a side inside a house; None for an organisation or a team."""
    if not row_of(referral).inside:
        return None
    return referral.sender_user_id if side is Side.SENDER else referral.to_user_id


def people_of(referrals: Iterable[Referral]) -> set[UUID]:
    """Everybody who stands for a side of one of these."""
    found = {person_of(referral, side) for referral in referrals for side in Side}
    return {user_id for user_id in found if user_id is not None}


def party_of(referral: Referral, side: Side, organizations: Mapping[UUID, str], people: Mapping[UUID, str]) -> Party:
    org_id, person = org_of(referral, side), person_of(referral, side)
    if person is not None:
        return Party(org_id, people.get(person, ""))
    team = referral.to_team if side is Side.RECEIVER else None
    return Party(org_id, team or organizations.get(org_id, ""))


def side_of_step(referral: Referral, event: ReferralEvent) -> Side | None:
    if row_of(referral).inside:
        return OWNERS.get(Event(event.event))
    return _side_of_organization(referral, event.actor_org_id)


def side_of_look(referral: Referral, entry: AuditEntry) -> Side | None:
    if row_of(referral).inside:
        return Side(entry.details["side"])
    return _side_of_organization(referral, entry.org_id)


def without_outcome(entry: TimelineEntry) -> TimelineEntry:
    """The same step for who may not read how it ended: that it did."""
    return replace(entry, facts={}, words={}) if entry.event is Event.COMPLETE else entry


def _side_of_organization(referral: Referral, org_id: UUID | None) -> Side | None:
    return next((side for side in Side if org_of(referral, side) == org_id), None)
