"""One referral, one situation, as one actor may see it now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import organization_names, user_names
from maillage.directory.queries import service_names
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.audit import AuditEntry
from maillage.referrals import ladder, policy, sealing
from maillage.referrals.checks import missing
from maillage.referrals.codes import (
    OBSERVER,
    AgeBand,
    Basis,
    HouseholdType,
    Kind,
    Mode,
    Route,
    SharingLevel,
    Side,
    SituationStatus,
    Urgency,
    Voice,
    Way,
)
from maillage.referrals.content import Card, Consent, Terms
from maillage.referrals.models import Referral, ReferralAssignment, ReferralEvent, ReferralMessage, ReferralParty
from maillage.referrals.queries.lists import filled, lines
from maillage.referrals.queries.results import (
    Dates,
    Hop,
    MessageLine,
    Party,
    ReferralView,
    Reveal,
    Sibling,
    SituationView,
    TimelineEntry,
)
from maillage.referrals.queries.scope import card_for, load, load_situation
from maillage.referrals.queries.sides import party_of, people_of, side_of_look, side_of_step, without_outcome
from maillage.referrals.states import AFTER_RELAY, ENDED, STATES, Event, Fhir, State

REVEALED = "referral.reveal"
LED_ON = ENDED | {State.RELAYED}  # where something may have come of a referral


@dataclass(frozen=True, slots=True)
class _Names:
    """Everybody named in one referral, looked up once."""

    users: dict[UUID, str]
    organizations: dict[UUID, str]
    services: dict[UUID, str]

    def user(self, user_id: UUID | None) -> str:
        return self.users.get(user_id, "") if user_id is not None else ""

    def organization(self, org_id: UUID | None) -> str:
        return self.organizations.get(org_id, "") if org_id is not None else ""

    def service(self, referral: Referral) -> str:
        return self.services.get(referral.service_id, "") if referral.service_id is not None else ""

    def party(self, referral: Referral, side: Side) -> Party:
        return party_of(referral, side, self.organizations, self.users)


@dataclass(frozen=True, slots=True)
class _Story:
    """What surrounds a referral, opened as far as the reader may read."""

    names: _Names
    card: Card | None
    assigned_to: dict[UUID, str]
    timeline: tuple[TimelineEntry, ...]
    messages: tuple[MessageLine, ...]
    reveals: tuple[Reveal, ...]


def referral_view(session: Session, actor: Actor, referral_id: UUID) -> ReferralView:
    """The referral as this actor may see it now. Raises NotFound."""
    return view_of(session, actor, *load(session, actor, referral_id))


def view_of(session: Session, actor: Actor, referral: Referral, side: Side) -> ReferralView:
    """The same, of a referral that the caller has just loaded for this actor."""
    now = clock.now()
    sight = policy.sight(side, referral, now)
    hops = _hops(session, actor, referral)
    siblings = _siblings(session, referral, hops) if side is Side.SENDER else ()
    story = _story(session, actor, referral, side, [*siblings, *(hop for hop, _ in hops)])
    state, whole = State(referral.state), policy.sees_outcome(actor, referral)
    return ReferralView(
        id=referral.id,
        kind=Kind(referral.kind),
        channel=Way(referral.channel),
        voice=Voice(referral.voice),
        in_vault=referral.in_vault,
        situation_id=referral.situation_id if side is Side.SENDER and not referral.relayed else None,
        reference=referral.reference,
        version=referral.version,
        side=side,
        state=state,
        status=Fhir(referral.status) if whole else STATES[state].fhir,
        acts=STATES[state].acts,
        choices=_choices(actor, side, referral, hops),
        may_write=policy.may_write(actor, side, referral, now),
        may_assign=policy.may_assign(actor, side, referral),
        late=ladder.is_late(referral),
        may_reveal=sight.identity and referral.snapshot_sealed is not None,
        service_id=referral.service_id,
        service_name=story.names.service(referral),
        sender=story.names.party(referral, Side.SENDER),
        sender_user=story.names.user(referral.sender_user_id),
        receiver=story.names.party(referral, Side.RECEIVER),
        terms=_terms_for(side, referral),
        dates=Dates(**{column.name: getattr(referral, column.name) for column in fields(Dates)}),
        card=story.card,
        contact=_last_word(story.timeline, "contact"),
        estimate=_last_word(story.timeline, "estimate"),
        decline_reason=referral.decline_reason,
        outcome=referral.outcome if whole else None,
        intensity=referral.intensity if whole else None,
        assigned_to=story.assigned_to,
        timeline=story.timeline,
        messages=story.messages,
        reveals=story.reveals,
        siblings=tuple(_sibling(other, story.names) for other in siblings),
        came_from=referral.parent_id if side is Side.SENDER else None,
        chain=tuple(_hop(hop, role, story.names) for hop, role in hops),
    )


def history(session: Session, actor: Actor, referral_id: UUID) -> tuple[TimelineEntry, ...]:
    """Every step of a referral, oldest first, with the words that the actor may read. Raises NotFound."""
    referral, side = load(session, actor, referral_id)
    events = _events(session, referral)
    names = _names(session, referral, [event.actor_user_id for event in events])
    words = policy.sight(side, referral, clock.now()).words
    key = sealing.referral_keys(session, [referral.id]).get(referral.id) if words else None
    return _timeline(actor, referral, side, events, names, key)


def thread(session: Session, actor: Actor, referral_id: UUID) -> tuple[MessageLine, ...]:
    """The messages of a referral, oldest first; none where the state closed them. Raises NotFound."""
    referral, side = load(session, actor, referral_id)
    if not policy.sight(side, referral, clock.now()).words:
        return ()
    messages = _messages(session, referral)
    names = _names(session, referral, [message.user_id for message in messages])
    key = sealing.referral_keys(session, [referral.id]).get(referral.id)
    return tuple(_message(referral, message, names, key) for message in messages if key is not None)


def situation_view(session: Session, actor: Actor, situation_id: UUID) -> SituationView:
    """A situation of the actor's own organisation, opened. Raises NotFound."""
    situation = load_situation(session, actor, situation_id)
    content = sealing.open_content(sealing.situation_key(session, situation.id), situation)
    rows = session.execute(
        lines(actor)
        .where(Referral.situation_id == situation.id, ReferralParty.role == Side.SENDER)
        .order_by(Referral.created_at, Referral.id)
    ).all()
    shown = filled(session, actor, rows)
    return SituationView(
        id=situation.id,
        reference=situation.reference,
        in_vault=situation.in_vault,
        version=situation.version,
        status=SituationStatus(situation.status),
        route=Route(situation.route) if situation.route else None,
        commune_code=situation.commune_code,
        age_band=AgeBand(situation.age_band) if situation.age_band else None,
        household=HouseholdType(situation.household) if situation.household else None,
        themes=tuple(situation.themes),
        content=content,
        missing=missing(situation, content),
        updated_at=situation.updated_at,
        outreach_until=situation.outreach_until,
        prepared=tuple(line for line in shown if line.state is State.DRAFT),
        sent=tuple(line for line in shown if line.sent_at is not None),
    )


def terms_of(referral: Referral) -> Terms:
    return Terms(
        mode=Mode(referral.mode),
        sharing_level=SharingLevel(referral.sharing_level),
        urgency=Urgency(referral.urgency),
        deadline=referral.deadline,
        basis=Basis(referral.basis),
        consent=Consent(
            informed_on=referral.informed_on,
            given_on=referral.consent_given_on,
            expires_on=referral.consent_expires_on,
            language=referral.consent_language or "",
        ),
    )


def _story(session: Session, actor: Actor, referral: Referral, side: Side, siblings: Sequence[Referral] = ()) -> _Story:
    sight = policy.sight(side, referral, clock.now())
    events = _events(session, referral)
    messages = _messages(session, referral) if sight.words else []
    reveals = _reveals(session, referral)
    assigned = _assigned(session, referral, actor)
    people = [event.actor_user_id for event in events] + [message.user_id for message in messages]
    names = _names(session, referral, [*people, *(entry.actor_id for entry in reveals), *assigned], siblings)
    key = sealing.referral_keys(session, [referral.id]).get(referral.id)
    return _Story(
        names=names,
        card=card_for(sight, key, referral),
        assigned_to={user_id: names.user(user_id) for user_id in assigned},
        timeline=_timeline(actor, referral, side, events, names, key if sight.words else None),
        messages=tuple(_message(referral, message, names, key) for message in messages if key is not None),
        reveals=tuple(Reveal(it.at, side_of_look(referral, it), names.user(it.actor_id)) for it in reveals),
    )


def _terms_for(side: Side, referral: Referral) -> Terms:
    """Whether there are other receivers is the sender's own affair: to each of them it looks alike."""
    terms = terms_of(referral)
    return terms if side is Side.SENDER else terms.model_copy(update={"mode": Mode.EACH_MAY_ACT})


def _events(session: Session, referral: Referral) -> Sequence[ReferralEvent]:
    query = select(ReferralEvent).where(ReferralEvent.referral_id == referral.id).order_by(ReferralEvent.seq)
    return session.scalars(query).all()


def _messages(session: Session, referral: Referral) -> Sequence[ReferralMessage]:
    query = select(ReferralMessage).where(ReferralMessage.referral_id == referral.id)
    return session.scalars(query.order_by(ReferralMessage.at, ReferralMessage.id)).all()


def _reveals(session: Session, referral: Referral) -> Sequence[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.subject_id == referral.id, AuditEntry.action == REVEALED)
    return session.scalars(query.order_by(AuditEntry.at, AuditEntry.id)).all()


def _assigned(session: Session, referral: Referral, actor: Actor) -> Sequence[UUID]:
    """Whom the receiver charged with it: its own affair, not the sender's."""
    query = select(ReferralAssignment.user_id).where(
        ReferralAssignment.referral_id == referral.id, ReferralAssignment.org_id == actor.org_id
    )
    return session.scalars(query.order_by(ReferralAssignment.at)).all()


def _names(
    session: Session, referral: Referral, users: Iterable[UUID | None], siblings: Sequence[Referral] = ()
) -> _Names:
    named = {user_id for user_id in users if user_id is not None} | {referral.sender_user_id} | people_of([referral])
    receivers = [it.receiver_org_id for it in (referral, *siblings)]
    return _Names(
        users=user_names(session, named),
        organizations=organization_names(session, [referral.sender_org_id, *receivers]),
        services=service_names(session, [it.service_id for it in (referral, *siblings) if it.service_id is not None]),
    )


def _timeline(
    actor: Actor,
    referral: Referral,
    side: Side,
    events: Iterable[ReferralEvent],
    names: _Names,
    key: bytes | None,
) -> tuple[TimelineEntry, ...]:
    told = (_entry(referral, event, names, key, side) for event in events)
    return tuple(told if policy.sees_outcome(actor, referral) else map(without_outcome, told))


def _entry(referral: Referral, event: ReferralEvent, names: _Names, key: bytes | None, side: Side) -> TimelineEntry:
    """To the receiver a cancellation has no author: one that came because another partner was first looks alike."""
    unsigned = side is Side.RECEIVER and event.event == Event.CANCEL and event.to_state == State.CANCELLED
    return TimelineEntry(
        seq=event.seq,
        at=event.at,
        event=Event(event.event),
        from_state=State(event.from_state),
        to_state=State(event.to_state),
        side=side_of_step(referral, event),
        org_name=names.organization(event.actor_org_id),
        user_name="" if unsigned else names.user(event.actor_user_id),
        facts=event.facts,
        words=sealing.open_words(key, referral, event) if key is not None else {},
    )


def _message(referral: Referral, message: ReferralMessage, names: _Names, key: bytes) -> MessageLine:
    return MessageLine(
        id=message.id,
        at=message.at,
        side=Side(message.side),
        org_name=names.organization(message.org_id),
        user_id=message.user_id,
        user_name=names.user(message.user_id),
        text=sealing.open_text(key, referral, message),
    )


def _siblings(session: Session, referral: Referral, hops: Sequence[tuple[Referral, str]]) -> Sequence[Referral]:
    """The other receivers of the same sending, those of the same chain left out."""
    chain = [referral.id, *(hop.id for hop, _ in hops), *([referral.parent_id] if referral.parent_id else ())]
    query = select(Referral).where(Referral.batch_id == referral.batch_id, Referral.id.not_in(chain))
    return session.scalars(query.order_by(Referral.id)).all()


def _hops(session: Session, actor: Actor, referral: Referral) -> list[tuple[Referral, str]]:
    """What came of a referral, oldest first, as far as the actor's organisation has a part, with that part."""
    found: list[tuple[Referral, str]] = []
    last = [referral.id] if State(referral.state) in LED_ON else []
    while last:
        query = (
            select(Referral, ReferralParty.role)
            .join(ReferralParty, ReferralParty.referral_id == Referral.id)
            .where(Referral.parent_id.in_(last), ReferralParty.org_id == actor.org_id)
            .order_by(Referral.id)
        )
        rows = [(hop, role) for hop, role in session.execute(query)]
        found += rows
        last = [hop.id for hop, _ in rows]
    return sorted(found, key=lambda hop: hop[0].id)


def _choices(actor: Actor, side: Side, referral: Referral, hops: Sequence[tuple[Referral, str]]) -> tuple[Event, ...]:
    """What the table offers; taking up again what was relayed waits until no relay is open."""
    offered = policy.choices(actor, side, referral)
    open_relay = referral.state == State.RELAYED and any(State(hop.state) not in ENDED for hop, _ in hops)
    return tuple(event for event in offered if not (open_relay and event in AFTER_RELAY))


def _hop(hop: Referral, role: str, names: _Names) -> Hop:
    return Hop(
        id=hop.id,
        service_name=names.service(hop),
        org_name=names.organization(hop.receiver_org_id),
        state=State(hop.state),
        outcome=hop.outcome,
        relayed=hop.relayed,
        opens=role != OBSERVER,
    )


def _sibling(other: Referral, names: _Names) -> Sibling:
    return Sibling(other.id, names.service(other), names.organization(other.receiver_org_id), State(other.state))


def _last_word(timeline: Sequence[TimelineEntry], name: str) -> str:
    return next((entry.words[name] for entry in reversed(timeline) if name in entry.words), "")
