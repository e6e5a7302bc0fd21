"""Reads of a team's notes."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import user_names
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.errors import VaultShut
from maillage.referrals import policy
from maillage.referrals.codes import Side
from maillage.referrals.inside.models import TeamNote
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral
from maillage.referrals.queries import load
from maillage.referrals.sealing import context, referral_keys
from maillage.referrals.vaulting import open_own


@dataclass(frozen=True, slots=True)
class NoteLine:
    user_id: UUID
    user_name: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class TeamNotes:
    """What a team noted, oldest first; `closed` counts those that are in a vault which is not open here."""

    lines: tuple[NoteLine, ...] = ()
    closed: int = 0


def may_read_notes(side: Side, referral: Referral) -> bool:
    """The receiver's team, as long as it may read the words of the referral itself."""
    return side is Side.RECEIVER and row_of(referral).talks and policy.sight(side, referral, clock.now()).words


def may_note(actor: Actor, side: Side, referral: Referral) -> bool:
    """Who answers for the house, and who takes care of it: a volunteer tells the team, and only the team."""
    return may_read_notes(side, referral) and writes(actor, referral)


def writes(actor: Actor, referral: Referral) -> bool:
    return actor.can(policy.right_of(Side.RECEIVER, referral)) or actor.can(policy.READ_ASSIGNED)


def team_notes(session: Session, actor: Actor, referral_id: UUID) -> TeamNotes:
    """What the actor's own team noted; nothing for the sender. Raises NotFound."""
    referral, side = load(session, actor, referral_id)
    key = referral_keys(session, [referral_id]).get(referral_id)
    if key is None or not may_read_notes(side, referral):
        return TeamNotes()
    mine = select(TeamNote).where(TeamNote.referral_id == referral_id, TeamNote.org_id == actor.org_id)
    rows = session.scalars(mine.order_by(TeamNote.at, TeamNote.id)).all()
    names = user_names(session, {row.user_id for row in rows})
    lines = []
    for row in rows:
        with suppress(VaultShut):
            text = open_own(key, row.vault_id, row.sealed, binding(row))
            lines.append(NoteLine(row.user_id, names.get(row.user_id, ""), row.at, text))
    return TeamNotes(tuple(lines), closed=len(rows) - len(lines))


def binding(row: TeamNote) -> str:
    return context("team_note", row.id, "text", row.org_id)
