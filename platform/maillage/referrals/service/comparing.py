"""Whether somebody at a receiver is kept out of a situation, said before it leaves, and never who.

Asked often enough, this would tell whether somebody works somewhere: looks are journalled and counted for each person.
Past the cap nothing is compared, whatever there is to find, and nothing is held up: bars hold all the same.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session

from maillage.directory.queries import ReferableService, referable_services
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid
from maillage.referrals import policy
from maillage.referrals.models import ReferralBar
from maillage.referrals.queries import load, load_situation
from maillage.referrals.queries.bars import bars, keeps_out

COMPARED: Final = "situation.compare"
COUNTED: Final = (COMPARED, "referral.prepare")  # what is prepared is compared too, and costs nobody anything
HOUR: Final = timedelta(hours=1)
LOOKS_PER_HOUR: Final = 30
NOBODY_LEFT: Final = (
    "Chez « {} », toutes les personnes qui pourraient répondre sont tenues à l’écart de cette situation : "
    "personne ne la lirait. Choisissez un autre partenaire."
)


class Met(Enum):
    """Who is kept out at a receiver: somebody, or everybody who could answer."""

    SOME = "some"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found, by organisation; nothing at all when it was asked too often (`done` is false)."""

    met: Mapping[UUID, Met] = field(default_factory=dict)
    done: bool = True

    def conflict(self, org_id: UUID) -> bool | None:
        """Whether somebody there is kept out; None: not compared."""
        return org_id in self.met if self.done else None


UNDONE: Final = Compared(done=False)


class NobodyLeft(Invalid):
    """Nobody at a receiver could read it."""


def compare_receivers(actor: Actor, *, situation_id: UUID, service_ids: Sequence[UUID]) -> Compared:
    """What to say before a situation leaves for these services. The look is journalled: who is looked for has no say.

    Raises NotFound.
    """
    policy.ensure_sends(actor)
    with transaction() as session:
        situation = load_situation(session, actor, situation_id)
        return _look(session, actor, ("situation", situation.id), situation.id, situation.version, service_ids)


def compare_next(actor: Actor, *, referral_id: UUID, service_id: UUID) -> Compared:
    """The same of the service that a referral is about to go on to. Raises NotFound."""
    with transaction() as session:
        referral, _ = load(session, actor, referral_id)
        about = ("referral", referral.id)
        return _look(session, actor, about, referral.situation_id, referral.version, [service_id])


def weigh(
    found: Collection[ReferralBar], services: Sequence[ReferableService], *, looks: int, field: str = "service_ids"
) -> Compared:
    """What there is to say of a handoff that is leaving to these services, loaded with their members; `looks`: how
    often its sender looked lately. Raises NobodyLeft, which `noting` keeps."""
    compared = compare_noted(found, services, looks=looks)
    lost = next((it.name for it in services if compared.met.get(it.org_id) is Met.ALL), None)
    if lost is not None:
        raise NobodyLeft(fields={field: NOBODY_LEFT.format(lost)})
    return compared


def compare_noted(found: Collection[ReferralBar], services: Sequence[ReferableService], *, looks: int) -> Compared:
    """The same of what was said by phone already, which nothing holds up."""
    return _compare(found, services) if looks < LOOKS_PER_HOUR else UNDONE


def looks_of(actor: Actor) -> ScalarSelect[int]:
    """How often the actor looked within the hour: for a statement that has other things to ask."""
    return select(func.count()).where(_lately(actor), AuditEntry.action.in_(COUNTED)).scalar_subquery()


@contextmanager
def noting(actor: Actor, kind: str, subject_id: UUID) -> Iterator[None]:
    """Round the transaction of a handoff: that nobody was left tells as much as a look, and counts as one."""
    try:
        yield
    except NobodyLeft:
        with transaction() as session:
            audit.record(session, actor, COMPARED, kind, subject_id)
        raise


def _look(
    session: Session,
    actor: Actor,
    about: tuple[str, UUID],
    situation_id: UUID,
    version: int,
    service_ids: Sequence[UUID],
) -> Compared:
    """Looking again at what has not changed within the hour is the same look."""
    services = referable_services(session, service_ids, members=True)
    asked = ",".join(sorted({str(it.org_id) for it in services}))
    lately = session.execute(
        select(AuditEntry.subject_id, AuditEntry.details).where(_lately(actor), AuditEntry.action == COMPARED)
    )
    seen = {(subject, details.get("version"), details.get("receivers")) for subject, details in lately}
    again = (about[1], version, asked) in seen
    refused = not again and (session.scalar(select(looks_of(actor))) or 0) >= LOOKS_PER_HOUR
    if not again:
        action = "situation.compare_refused" if refused else COMPARED
        audit.record(session, actor, action, *about, version=version, receivers=asked)
    return UNDONE if refused else _compare(bars(session, situation_id), services)


def _compare(found: Collection[ReferralBar], services: Sequence[ReferableService]) -> Compared:
    met = {}
    for org_id, members in {it.org_id: it.members for it in services}.items():
        shut = {it for it in members if keeps_out(found, user_id=it.user_id, name=it.name, org_id=org_id)}
        able = {it for it in members if policy.ANSWER in it.permissions}
        if shut:
            met[org_id] = Met.ALL if able and able <= shut else Met.SOME
    return Compared(met)


def _lately(actor: Actor) -> ColumnElement[bool]:
    return (AuditEntry.actor_id == actor.user_id) & (AuditEntry.at > clock.now() - HOUR)
