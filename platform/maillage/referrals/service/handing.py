"""What leads a referral on to another one, its child: sent elsewhere, relayed; and what cuts a whole chain."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maillage.directory.queries import ReferableService
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.ids import new_id
from maillage.kernel.scope import unscoped
from maillage.referrals import policy, sealing
from maillage.referrals.codes import OBSERVER, Basis, Mode, SharingLevel, Side
from maillage.referrals.content import Consent, Details, Terms, narrowed
from maillage.referrals.models import Referral, ReferralParty
from maillage.referrals.preparing import answered
from maillage.referrals.queries import terms_of
from maillage.referrals.queries.bars import bars
from maillage.referrals.service.comparing import looks_of, weigh
from maillage.referrals.service.moving import Move
from maillage.referrals.service.sending import (
    ELSEWHERE,
    Contents,
    dispatch,
    let_go,
    new_referral,
    party,
    receiving,
    service_of,
    way_of,
)
from maillage.referrals.service.stepping import step
from maillage.referrals.states import AT_WORK, ENDED, Event, State, Transition, transition

WITHDRAWN = "L’accord de la personne est retiré."
CANCELLED = "L’orientation d’origine est annulée."


@dataclass(frozen=True, slots=True)
class Request:
    """One event that somebody may make happen, with what it needs."""

    actor: Actor
    side: Side
    referral: Referral
    row: Transition
    details: Details
    version: int | None

    def step(self, session: Session, **instead: Any) -> Move:
        details = self.details.model_copy(update=instead)
        return step(session, self.actor, self.referral, self.row, details, version=self.version)


def send(session: Session, asked: Request) -> list[Move]:
    """Send what was prepared; a consent given with it replaces the one that was noted."""
    referral, consent = asked.referral, asked.details.consent
    if referral.parent_id is None:
        answers = asked.details.answers
        return dispatch(session, asked.actor, referral, consent=consent, answers=answers, version=asked.version)
    service, conflict = _next(session, asked, service_of(referral))
    contents = _contents(session, session.get_one(Referral, referral.parent_id), service, asked.details.answers)
    move = let_go(session, asked.actor, referral, contents, consent=consent, version=asked.version)
    session.add(party(referral, Side.RECEIVER))
    return [replace(move, conflict=conflict)]


def redirect(session: Session, asked: Request) -> list[Move]:
    """End here, go on elsewhere. The sender sends again at once; the receiver's proposal waits at the sender's."""
    sends = asked.side is Side.SENDER
    if asked.details.consent is not None and not sends:
        raise Invalid(fields={"consent": "Seul le prescripteur recueille l’accord de la personne."})
    if asked.details.answers and not sends:
        raise Invalid(fields={"answers": "Le prescripteur répondra lui-même à ce que ce service demande."})
    parent, parties = asked.referral, _parties(session, asked.referral)
    service, conflict = _further(session, asked, set(parties) - ({parent.receiver_org_id} if sends else set()))
    before = terms_of(parent)
    noted = Consent() if before.basis is Basis.CONSENT else before.consent
    child = _child(
        parent,
        service,
        before.model_copy(update={"deadline": None, "consent": asked.details.consent or noted}),
        sender=(parent.sender_org_id, parent.sender_user_id),
        batch_id=parent.batch_id,
        relayed=parent.relayed,
        channel=way_of(asked.actor),
    )
    moves = [asked.step(session, service_id=None) if sends else asked.step(session)]
    if sends:
        contents = _contents(session, parent, service, asked.details.answers)
        moves.append(replace(let_go(session, asked.actor, child, contents), conflict=conflict))
        session.add(party(child, Side.RECEIVER))
        _name_parties(session, child, parties)
    else:
        with unscoped("what a receiver proposes is its sender's", Referral, ReferralParty):
            session.add(child)
            session.flush()
            audit.record(session, asked.actor, "referral.prepare", "referral", child.id)
            _name_parties(session, child, parties)
    return moves


def relay(session: Session, asked: Request) -> list[Move]:
    """Pass on to a local partner what was received, or less, with the person's agreement; the referral stays open."""
    parent, parties, who = asked.referral, _parties(session, asked.referral), asked.actor
    assert who.org_id is not None and who.user_id is not None
    if not policy.sight(asked.side, parent, clock.now()).identity:
        raise Conflict("L’identité n’est plus lisible : elle ne peut plus être transmise.")
    _ensure_no_open_relay(session, parent)
    service, conflict = _further(session, asked, set(parties))
    terms = Terms(
        mode=Mode.EACH_MAY_ACT,
        sharing_level=_level(SharingLevel(parent.sharing_level), asked.details.sharing_level),
        urgency=terms_of(parent).urgency,
        basis=Basis.CONSENT,
        consent=asked.details.consent or Consent(),
    )
    child = _child(
        parent, service, terms, sender=(who.org_id, who.user_id), batch_id=new_id(), relayed=True, channel=way_of(who)
    )
    contents = _contents(session, parent, service, asked.details.answers)
    moves = [asked.step(session), replace(let_go(session, who, child, contents), conflict=conflict)]
    session.add_all(party(child, side) for side in Side)
    _watch(session, child, [org_id for org_id in parties if org_id != who.org_id])
    return moves


def withdraw_consent(session: Session, asked: Request) -> list[Move]:
    """Stop at once, here and wherever it was passed on; nobody who received it can read the identity any more."""
    moves = [asked.step(session)]
    for child in _descendants(session, asked.referral.id):
        if (row := transition(_stop(child), State(child.state))) is not None and child.state not in ENDED:
            reason = WITHDRAWN if row.event is Event.CANCEL else ""
            moves.append(step(session, _sender_of(child), child, row, Details(reason=reason)))
        else:
            wiped = {"snapshot_sealed": None, "access_ends_at": clock.now()}
            session.execute(update(Referral).where(Referral.id == child.id).values(**wiped))
    return moves


def start(session: Session, asked: Request) -> list[Move]:
    """Begin the work, or take it up again once the relay came to nothing."""
    _ensure_no_open_relay(session, asked.referral)
    return [asked.step(session)]


def seal_error(session: Session, asked: Request) -> list[Move]:
    """Sent to the wrong organisation: what it passed on is closed with it; what the sender sent elsewhere stays."""
    moves = [asked.step(session)]
    for child in _relays(session, asked.referral):
        if (row := transition(Event.ENTERED_IN_ERROR, State(child.state))) is not None:
            moves.append(step(session, _sender_of(child), child, row, Details()))
    return moves


def confirm_cancel(session: Session, asked: Request) -> list[Move]:
    """End here, and with it what was passed on: at once where no work has begun, else as a wish to be confirmed."""
    moves, waiting = [asked.step(session)], set()
    for child in _relays(session, asked.referral):
        state = State(child.state)
        if state in AT_WORK or child.parent_id in waiting:
            waiting.add(child.id)  # what came of it ends with its own confirmation
        row = transition(Event.CANCEL, state)
        if row is not None and child.cancel_requested_at is None and child.parent_id not in waiting:
            moves.append(step(session, _sender_of(child), child, row, Details(reason=CANCELLED)))
    return moves


def _stop(child: Referral) -> Event:
    return Event.CANCEL if child.state == State.DRAFT else Event.WITHDRAW_CONSENT


def _descendants(session: Session, referral_id: UUID) -> Iterator[Referral]:
    """Everything that came of a referral, generation after generation."""
    found: Sequence[Referral] = ()
    ids: Sequence[UUID] = [referral_id]
    while ids:
        found = session.scalars(select(Referral).where(Referral.parent_id.in_(ids)).order_by(Referral.id)).all()
        yield from found
        ids = [child.id for child in found]


def _relays(session: Session, parent: Referral) -> list[Referral]:
    """What the receiver of `parent` passed on, and everything that came of it; not what its sender sent elsewhere."""
    passed_on: dict[UUID, Referral] = {}
    for child in _descendants(session, parent.id):
        own = child.parent_id == parent.id and child.sender_org_id == parent.receiver_org_id
        if own or child.parent_id in passed_on:
            passed_on[child.id] = child
    return list(passed_on.values())


def _ensure_no_open_relay(session: Session, parent: Referral) -> None:
    """One relay at a time: who holds the household is never in doubt."""
    if parent.state == State.RELAYED and any(State(it.state) not in ENDED for it in _relays(session, parent)):
        raise Conflict("Le relais est encore en cours : attendez sa réponse, ou annulez-le d’abord.")


def _sender_of(referral: Referral) -> Actor:
    """The platform, for who sent it on."""
    return Actor(user_id=None, org_id=referral.sender_org_id, channel=Channel.SYSTEM)


def _further(session: Session, asked: Request, taken: set[UUID]) -> tuple[ReferableService, bool | None]:
    """The service that it goes on to: another one, of an organisation that has no part in it yet."""
    assert asked.details.service_id is not None
    service, conflict = _next(session, asked, asked.details.service_id, taken)
    if service.id == asked.referral.service_id:
        raise Invalid(fields={"service_id": ELSEWHERE.format(service.name)})
    return service, conflict


def _next(
    session: Session, asked: Request, service_id: UUID, taken: AbstractSet[UUID] = frozenset()
) -> tuple[ReferableService, bool | None]:
    """A service that may receive it, and whether somebody there is kept out. That is not for a receiver that only
    proposes it: who sends it is told."""
    found = bars(session, asked.referral.situation_id)
    shut = {bar.org_id for bar in found if bar.org_id is not None}
    services = receiving(session, asked.actor, [service_id], barred=shut | taken, field="service_id")
    if asked.side is Side.RECEIVER and asked.row.event is Event.REDIRECT:
        return services[0], False
    looks = session.scalar(select(looks_of(asked.actor))) or 0
    compared = weigh(found, services, looks=looks, field="service_id")
    return services[0], compared.conflict(services[0].org_id)


def _level(most: SharingLevel, wanted: SharingLevel | None) -> SharingLevel:
    order = list(SharingLevel)
    if wanted is not None and order.index(wanted) > order.index(most):
        raise Invalid(fields={"sharing_level": "Vous ne pouvez pas transmettre plus que ce que vous avez reçu."})
    return wanted or most


def _contents(session: Session, parent: Referral, service: ReferableService, answers: Mapping[str, str]) -> Contents:
    """What the parent carries, opened to be sealed again for somebody else; no newer, no fuller. With the answers that
    this service asks for. Raises Invalid."""
    key = sealing.referral_key(session, parent.id)
    card, identity = sealing.open_card(key, parent), sealing.open_identity(key, parent)
    if card is None or identity is None:
        raise Conflict("Le contenu de cette orientation n’est plus conservé.")
    said = answered(service, answers, identity.person)
    return Contents(card, lambda level: narrowed(identity, level), said)


def _child(
    parent: Referral,
    service: ReferableService,
    terms: Terms,
    *,
    sender: tuple[UUID, UUID],
    **lineage: Any,
) -> Referral:
    return new_referral(
        service,
        terms,
        sender=sender,
        situation_id=parent.situation_id,
        reference=parent.reference,
        themes=parent.themes,
        parent_id=parent.id,
        **lineage,
    )


def _parties(session: Session, referral: Referral) -> dict[UUID, str]:
    query = select(ReferralParty.org_id, ReferralParty.role).where(ReferralParty.referral_id == referral.id)
    with unscoped("who else has a part in the referral that goes on", ReferralParty):
        rows = session.execute(query).all()
    return {org_id: role for org_id, role in rows}


def _name_parties(session: Session, child: Referral, above: dict[UUID, str]) -> None:
    session.add(party(child, Side.SENDER))
    _watch(session, child, [org_id for org_id, role in above.items() if role == OBSERVER])


def _watch(session: Session, child: Referral, org_ids: Sequence[UUID]) -> None:
    """Those further up the chain learn what becomes of it."""
    session.add_all(ReferralParty(referral_id=child.id, org_id=org_id, role=OBSERVER) for org_id in org_ids)
