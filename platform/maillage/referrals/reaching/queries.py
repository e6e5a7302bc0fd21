"""Who may write to the person, and what was written."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import user_names
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.crypto import seal, unseal
from maillage.referrals import policy
from maillage.referrals.codes import Side
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral
from maillage.referrals.reaching.models import PersonMessage
from maillage.referrals.reaching.rules import Result
from maillage.referrals.sealing import context
from maillage.referrals.states import ENDED, State


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message, without its words: those are the person's."""

    author: str
    channel: str
    at: datetime
    result: Result


def may_write_to(actor: Actor, side: Side, referral: Referral) -> bool:
    """Whoever acts on it and reads the identity by now, by name, while it goes on; nobody before the person agreed.
    Not where the identity is in vaults: what leaves by a gateway passes through the host's hands."""
    if referral.in_vault or actor.user_id is None or State(referral.state) in ENDED | {State.DRAFT}:
        return False
    talks = row_of(referral).talks
    return talks and actor.can(policy.right_of(side, referral)) and policy.sight(side, referral, clock.now()).identity


def messages(session: Session, actor: Actor, referral_id: UUID) -> list[MessageLine]:
    """What the actor's organisation wrote to the person, the latest first. The caller has found the referral."""
    mine = select(PersonMessage).where(PersonMessage.referral_id == referral_id, PersonMessage.org_id == actor.org_id)
    rows = session.scalars(mine.order_by(PersonMessage.at.desc(), PersonMessage.id)).all()
    names = user_names(session, {row.user_id for row in rows})
    return [MessageLine(names.get(row.user_id, ""), row.channel, row.at, _result(row)) for row in rows]


def seal_text(key: bytes, row: PersonMessage, text: str) -> bytes:
    return seal(key, text, _binding(row))


def open_text(key: bytes, row: PersonMessage) -> str:
    text: str = unseal(key, row.sealed, _binding(row))
    return text


def _binding(row: PersonMessage) -> str:
    return context("person_message", row.id, "text", row.org_id)


def _result(row: PersonMessage) -> Result:
    """A message that waited too long leaves no more, whether or not a machine has noticed."""
    result = Result(row.result)
    return Result.LATE if result is Result.WAITING and clock.now() > row.until else result
