"""Handing a situation over: to one service or several, now or once it was looked at again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import and_
from sqlalchemy.orm import Session

from maillage.accounts.vault.keys import keeps_whole
from maillage.directory.queries import ReferableService, referable_services
from maillage.kernel import audit, clock, content_keys
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.kernel.idempotency import IdempotencyKey
from maillage.kernel.ids import new_id
from maillage.referrals import ladder, policy, sealing
from maillage.referrals.checks import check_terms, deadline_of, missing
from maillage.referrals.coarsening import place_of
from maillage.referrals.codes import AgeBand, HouseholdType, Kind, SharingLevel, Side, Urgency, Voice, Way
from maillage.referrals.consent.content import Ground
from maillage.referrals.consent.keeping import keep_ground
from maillage.referrals.consent.rules import check_ground
from maillage.referrals.content import Card, Consent, Identity, Plan, Sealed, Terms, cut
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral, ReferralBar, ReferralParty, Situation
from maillage.referrals.preparing import Answers, answered
from maillage.referrals.queries import terms_of, visible_situations
from maillage.referrals.service.comparing import looks_of, noting, weigh
from maillage.referrals.service.moving import Move, Standing, is_new, move, once, record, standing
from maillage.referrals.states import Event, Fhir, State, transition

MOST_RECEIVERS = 10
ELSEWHERE = "« {} » ne peut pas recevoir cette orientation : choisissez ailleurs."
NO_GROUND = Ground()
UNSENT = "Dites-le à l’envoi : un brouillon n’a pas encore de fondement."
_STANDINGS = TypeAdapter(list[Standing])


@dataclass(frozen=True, slots=True)
class Parcel:
    """A situation, opened, on its way into referrals. `whole`: whether its organisation may keep them in its vault."""

    situation: Situation
    content: Sealed
    key: bytes
    bars: tuple[ReferralBar, ...] = ()
    looks: int = 0
    whole: bool = True

    @property
    def barred(self) -> set[UUID]:
        """The organisations that are kept out."""
        return {bar.org_id for bar in self.bars if bar.org_id is not None}


@dataclass(frozen=True, slots=True)
class Contents:
    """What one receiver gets: the card, the identity as far as a level lets it through, words read with the card. The
    ground stays with the sender."""

    card: Card
    identity: Callable[[SharingLevel], Identity]
    words: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    ground: Ground = NO_GROUND
    whole: bool = True


def refer(
    actor: Actor,
    *,
    situation_id: UUID,
    service_ids: Sequence[UUID],
    terms: Terms,
    draft: bool = False,
    answers: Answers | None = None,
    ground: Ground = NO_GROUND,
    idempotency: IdempotencyKey | None = None,
) -> list[Standing]:
    """Hand a situation over to these services, in one commit; with `draft`, only prepare to. Raises Invalid.

    `answers`: to what each service asks for; a draft is sent without, and its receiver then asks.
    `ground`: what stands behind the basis, sealed for the sender.
    """
    policy.ensure_sends(actor)
    with noting(actor, "situation", situation_id), transaction() as session:
        return once(
            session,
            idempotency,
            _STANDINGS,
            lambda: _refer(
                session, actor, situation_id, service_ids, terms, draft=draft, answers=answers or {}, ground=ground
            ),
        )


def dispatch(
    session: Session,
    actor: Actor,
    referral: Referral,
    *,
    consent: Consent | None = None,
    answers: Mapping[str, str],
    version: int | None = None,
) -> list[Move]:
    """Send one prepared referral, inside the caller's transaction, with the answers that its service asks for."""
    parcel = open_parcel(session, actor, referral.situation_id)
    services = receiving(session, actor, [service_of(referral)], barred=parcel.barred)
    compared = weigh(parcel.bars, services, looks=parcel.looks)
    words = {services[0].id: answered(services[0], answers, parcel.content.person)}
    moves = depart(session, actor, parcel, [referral], services, consent=consent, version=version, words=words)
    return [replace(move, conflict=compared.conflict(referral.receiver_org_id)) for move in moves]


def let_go(
    session: Session,
    actor: Actor,
    referral: Referral,
    contents: Contents,
    *,
    consent: Consent | None = None,
    version: int | None = None,
) -> Move:
    """Seal the contents for one receiver, under a key of its own, and send; the caller adds the parties."""
    today = clock.today(actor.country)
    terms = terms_of(referral)
    if consent is not None:
        terms = terms.model_copy(update={"consent": consent})
    check_terms(terms, today, row_of(referral).kind)
    row = transition(Event.SEND, State(referral.state))
    if row is None:
        raise Conflict("Cette orientation est déjà envoyée.")
    key = sealing.new_referral_key(session, referral, whole=contents.whole)
    deadline = deadline_of(terms, today, actor.country)
    changes = _consented(terms.consent) | {
        "sent_at": clock.now(),
        "deadline": deadline,
        "expires_on": deadline,
        "themes": list(contents.card.themes),
        "route": contents.card.route,
        "card_sealed": sealing.seal_card(key, referral, contents.card),
        "snapshot_sealed": sealing.seal_identity(key, referral, contents.identity(terms.sharing_level)),
        **_first_reminder(referral, today, actor.country),
    }
    made = move(session, actor, referral, row, changes=changes, facts=contents.facts, words={}, version=version)
    if contents.words:
        made.event.words_sealed = sealing.seal_words(key, referral, made.event.id, dict(contents.words))
    if contents.ground != NO_GROUND:
        keep_ground(session, actor, referral, key, contents.ground)
    return made


def _first_reminder(referral: Referral, today: date, country: str) -> dict[str, Any]:
    wait = ladder.wait_in(State.SENT, referral.voice or Voice.OWN, referral.review_on)
    return ladder.entering(wait, Urgency(referral.urgency), {"review_on": referral.review_on}, today, country)


def new_referral(
    service: ReferableService, terms: Terms, *, sender: tuple[UUID, UUID], kind: Kind = Kind.REFERRAL, **lineage: Any
) -> Referral:
    """A referral to `service`, not sent yet. `sender`: organisation and person."""
    return unsent(terms, sender=sender, kind=kind, service_id=service.id, receiver_org_id=service.org_id, **lineage)


def unsent(terms: Terms, *, sender: tuple[UUID, UUID], kind: Kind, **rest: Any) -> Referral:
    """A referral that is about to leave; `rest` says whom it goes to and where it comes from."""
    return Referral(
        id=new_id(),
        sender_org_id=sender[0],
        sender_user_id=sender[1],
        kind=kind,
        mode=terms.mode,
        state=State.DRAFT,
        status=Fhir.DRAFT,
        version=1,
        sharing_level=terms.sharing_level,
        urgency=terms.urgency,
        basis=terms.basis,
        deadline=terms.deadline,
        **_consented(terms.consent),
        **rest,
    )


def _refer(
    session: Session,
    actor: Actor,
    situation_id: UUID,
    service_ids: Sequence[UUID],
    terms: Terms,
    *,
    draft: bool,
    answers: Answers,
    ground: Ground,
) -> list[Standing]:
    parcel = open_parcel(session, actor, situation_id)
    if draft:
        if ground != NO_GROUND:
            raise Invalid(fields={"ground": UNSENT})
        return _prepared(session, actor, parcel, service_ids, terms)
    services = receiving(session, actor, service_ids, barred=parcel.barred)
    compared = weigh(parcel.bars, services, looks=parcel.looks)
    check_terms(terms, clock.today(actor.country))
    check_ground(actor, terms, ground)
    referrals = rows(actor, parcel.situation, services, terms)
    said = {service.id: answered(service, answers.get(service.id, {}), parcel.content.person) for service in services}
    record(session, depart(session, actor, parcel, referrals, services, words=said, ground=ground))
    return [standing(referral, conflict=compared.conflict(referral.receiver_org_id)) for referral in referrals]


def _prepared(
    session: Session, actor: Actor, parcel: Parcel, service_ids: Sequence[UUID], terms: Terms
) -> list[Standing]:
    services = receiving(session, actor, service_ids, barred=parcel.barred)
    compared = weigh(parcel.bars, services, looks=parcel.looks)
    check_terms(terms, clock.today(actor.country))
    referrals = rows(actor, parcel.situation, services, terms)
    session.add_all(referrals)
    session.flush()
    session.add_all(party(referral, Side.SENDER) for referral in referrals)
    for referral in referrals:
        audit.record(session, actor, "referral.prepare", "referral", referral.id)
    return [standing(referral, conflict=compared.conflict(referral.receiver_org_id)) for referral in referrals]


def depart(
    session: Session,
    actor: Actor,
    parcel: Parcel,
    referrals: Sequence[Referral],
    services: Sequence[ReferableService],
    *,
    consent: Consent | None = None,
    version: int | None = None,
    words: Answers | None = None,
    facts: Mapping[str, str] | None = None,
    ground: Ground = NO_GROUND,
) -> list[Move]:
    """Let a copy go to each receiver, with the words that are for it."""
    kind = row_of(referrals[0]).kind
    ensure_complete(parcel, kind)
    if {referral.receiver_org_id for referral in referrals} != {service.org_id for service in services}:
        raise Conflict("Un service a changé d’organisation : choisissez-le de nouveau.")
    moves, card = [], card_of(parcel.situation, parcel.content, terms_of(referrals[0]))
    contents = Contents(card, partial(cut, parcel.content), facts=facts or {}, whole=parcel.whole)
    for referral in referrals:
        sides = (Side.SENDER, Side.RECEIVER) if is_new(referral) else (Side.RECEIVER,)
        said = (words or {}).get(referral.service_id, {}) if referral.service_id is not None else {}
        own = replace(contents, words=said, ground=ground)
        moves.append(let_go(session, actor, referral, own, consent=consent, version=version))
        session.add_all(party(referral, side) for side in sides if side is Side.SENDER or referral.reaches)
    if kind is Kind.REFERRAL:
        _close_plan(parcel)
    return moves


def ensure_complete(parcel: Parcel, kind: Kind) -> None:
    """Refuse what nobody could act on. Raises Invalid."""
    lacking = missing(parcel.situation, parcel.content, kind)
    if lacking:
        raise Invalid("Il manque des informations pour transmettre cette situation.", fields=lacking)


def _close_plan(parcel: Parcel) -> None:
    """What was being prepared is gone: preparing again starts from nothing."""
    if parcel.content.plan != Plan():
        left = parcel.content.model_copy(update={"plan": Plan()})
        parcel.situation.sealed = sealing.seal_content(parcel.key, parcel.situation, left)
        parcel.situation.version += 1


def open_parcel(session: Session, actor: Actor, situation_id: UUID) -> Parcel:
    """The situation with its content, locked, in one statement. Raises NotFound, Conflict, VaultShut."""
    with_key = and_(
        ContentKey.subject_kind == sealing.SITUATION,
        ContentKey.subject_id == Situation.id,
        ContentKey.kind.in_(content_keys.OF_THE_RING),
    )
    query = visible_situations(actor).where(Situation.id == situation_id).join(ContentKey, with_key)
    on = ReferralBar.situation_id == Situation.id
    with_bars = query.outerjoin(ReferralBar, on).add_columns(
        ContentKey, ReferralBar, looks_of(actor), keeps_whole(actor.org_id)
    )
    found = session.execute(with_bars.with_for_update(of=Situation)).all()
    if not found:
        raise NotFound()
    situation, row = found[0][0], found[0][1]
    policy.ensure_agreed(situation)
    key = content_keys.key_behind(session, row)
    bars = tuple(line[2] for line in found if line[2] is not None)
    return Parcel(situation, sealing.open_content(key, situation), key, bars, found[0][3], found[0][4])


def receiving(
    session: Session,
    actor: Actor,
    service_ids: Sequence[UUID],
    *,
    barred: Collection[UUID] = (),
    field: str = "service_ids",
    called: bool = False,
) -> list[ReferableService]:
    """The services that may receive this. Raises Invalid for none, too many, an unknown or closed one, one's own.
    `called`: they need not be reachable through the platform."""
    wanted = list(dict.fromkeys(service_ids))
    if not wanted:
        raise Invalid(fields={field: "Choisissez au moins un service."})
    if len(wanted) > MOST_RECEIVERS:
        raise Invalid(fields={field: f"{MOST_RECEIVERS} services au plus à la fois."})
    found = referable_services(session, wanted, members=True)
    if len(found) < len(wanted):
        raise Invalid(fields={field: "Un de ces services n’existe pas ou n’est plus proposé."})
    for service in found:
        if service.org_id == actor.org_id:
            raise Invalid(fields={field: f"« {service.name} » est un service de votre organisation."})
        if service.org_id in barred:
            raise Invalid(fields={field: ELSEWHERE.format(service.name)})
        if not (service.reachable or called):
            raise Invalid(fields={field: f"« {service.name} » ne reçoit pas d’orientations par Maillage."})
    return found


def rows(
    actor: Actor,
    situation: Situation,
    services: Sequence[ReferableService],
    terms: Terms,
    kind: Kind = Kind.REFERRAL,
    **made: Any,
) -> list[Referral]:
    """One referral to each service, not sent yet. `made`: what else is said of each."""
    assert actor.org_id is not None and actor.user_id is not None
    common: dict[str, Any] = {
        "channel": way_of(actor),
        "situation_id": situation.id,
        "reference": situation.reference,
        "themes": situation.themes,
        "sender": (actor.org_id, actor.user_id),
        "kind": kind,
        "batch_id": new_id(),
    }
    return [new_referral(service, terms, **(common | made)) for service in services]


def way_of(actor: Actor) -> Way:
    return Way.API if actor.channel is Channel.API else Way.PAGE


def _consented(consent: Consent) -> dict[str, Any]:
    return {
        "informed_on": consent.informed_on,
        "consent_given_on": consent.given_on,
        "consent_expires_on": consent.expires_on,
        "consent_language": consent.language,
    }


def service_of(referral: Referral) -> UUID:
    """The service that something prepared is for: inside a house there is none, and nothing is prepared."""
    assert referral.service_id is not None
    return referral.service_id


def party(referral: Referral, side: Side) -> ReferralParty:
    org_id = referral.sender_org_id if side is Side.SENDER else referral.receiver_org_id
    return ReferralParty(referral_id=referral.id, org_id=org_id, role=side)


def card_of(situation: Situation, content: Sealed, terms: Terms) -> Card:
    """What a receiver decides on."""
    assert situation.commune_code is not None  # nothing is `missing`
    return Card.model_validate(
        place_of(situation.commune_code)
        | {
            "route": situation.route,
            "themes": situation.themes,
            "age_band": situation.age_band or AgeBand.UNKNOWN,
            "household": situation.household or HouseholdType.UNKNOWN,
            "urgency": terms.urgency,
            "asked": content.asked,
        }
    )
