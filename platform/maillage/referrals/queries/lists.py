"""Lists of referrals: the boxes of an organisation, a worker's day."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from maillage.accounts.queries import organization_name, user_names
from maillage.directory.queries import service_name, service_names
from maillage.kernel import clock, content_keys
from maillage.kernel.actor import Actor
from maillage.kernel.ids import parse_id
from maillage.referrals import policy, sealing
from maillage.referrals.codes import Kind, Route, Side, SituationStatus, Urgency, Voice, Way
from maillage.referrals.models import Referral, ReferralAssignment, ReferralParty, Situation
from maillage.referrals.queries.results import Draft, Party, ReferralLine, Work
from maillage.referrals.queries.scope import card_for, own, visible, visible_situations
from maillage.referrals.queries.sides import org_of, other, party_of, people_of
from maillage.referrals.states import AT_WORK, AWAITING_ANSWER, ENDED, NOTED, STATES, STILL_OPEN, State
from maillage.web.paging import Page, decode_cursor, encode_cursor, moment_of

PAGE = 25
OPEN_SHOWN = 200
CLOSED_SHOWN = 20
AHEAD = 100
LATELY = 1_000

Found = Row[Referral, bool, str, str, str | None]

_CHILD = aliased(Referral)
# What was passed on is still on its way, with its receiver or with somebody further on. Made once, like the next ones:
# the frame of every page asks.
_RELAY_OPEN = exists().where(
    _CHILD.parent_id == Referral.id, _CHILD.state.in_((set(State) - ENDED) | {State.REDIRECTED})
)
_ASKS_SENDER = and_(ReferralParty.role == Side.SENDER, Referral.state == State.INFO_REQUESTED)
_NOTED = and_(Referral.voice != Voice.OWN, Referral.state.in_(NOTED))
_SERVICE_NAME = service_name(Referral.service_id).label("service")
_CALLED = and_(ReferralParty.role == Side.SENDER, Referral.voice != Voice.OWN, Referral.state.not_in(ENDED))


def inbox(
    session: Session,
    actor: Actor,
    *,
    box: Side,
    states: Iterable[State] = (),
    service_id: UUID | None = None,
    urgency: Urgency | None = None,
    assigned_to: UUID | None = None,
    theme: str | None = None,
    todo: bool = False,
    urgent_first: bool = False,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[ReferralLine]:
    """What the organisation sent (`box=Side.SENDER`) or received, newest first, one page at a time."""
    sent = box is Side.SENDER
    first = (Referral.pressing, arrived(box), Referral.id) if urgent_first else (arrived(box), Referral.id)
    whole = [*box_of(actor, box), *own(actor, box)]
    if wanted := list(states):
        whole.append(in_states(wanted))
    if (after := _after(cursor)) is not None:
        reached = zip(first, after[-len(first) :], strict=True)
        whole.append(tuple_(*first) < tuple_(*(literal(value, column.type) for column, value in reached)))
    if service_id is not None:
        whole.append(Referral.service_id == service_id)
    query = lines(actor).where(ReferralParty.role == box)
    if urgency is not None:
        query = query.where(Referral.urgency == urgency)
    if assigned_to is not None:
        query = query.where(_assigned(assigned_to))
    if todo:
        query = query.where(to_do(actor))
        whole += [] if sent else [_may_wait(actor)]
    if theme is not None:
        query = query.where(_of_theme(theme))
    rows = _first(session, query, whole, [column.desc() for column in first], limit + 1)
    shown = rows[:limit]
    more = len(rows) > limit
    end = _cursor(shown[-1][0], sent=sent, urgent_first=urgent_first) if more else None
    return Page(filled(session, actor, shown), end)


def _first(
    session: Session,
    query: Select[Referral, bool, str, str, str | None],
    box: Sequence[ColumnElement[bool]],
    order: Sequence[Any],
    limit: int,
) -> Sequence[Found]:
    """The first rows of `query` in a box. Looked for among those that an index gives in this order, and in the whole
    box only where too few of them are for the actor: PostgreSQL cannot foresee how many are, and would sort them all.
    """
    most = limit + AHEAD
    ahead = select(Referral.id).where(*box).order_by(*order).limit(literal_column(str(most))).cte("ahead")
    held = select(func.count()).select_from(ahead)
    near = query.join(ahead, ahead.c.id == Referral.id).order_by(*order).limit(limit)
    rows = session.execute(near.add_columns(held.scalar_subquery().label("held"))).all()
    if len(rows) == limit or (rows[0].held if rows else session.scalar(held) or 0) < most:
        return rows
    return session.execute(query.where(*box).order_by(*order).limit(limit)).all()


def services_sent_to(session: Session, actor: Actor) -> dict[UUID, str]:
    """The services to which the organisation referred its latest LATELY, by name."""
    latest = select(Referral.id).where(*box_of(actor, Side.SENDER), *own(actor, Side.SENDER))
    latest = latest.order_by(Referral.created_at.desc(), Referral.id.desc()).limit(literal_column(str(LATELY)))
    sent = visible(actor).where(ReferralParty.role == Side.SENDER, Referral.id.in_(latest))
    query = sent.with_only_columns(Referral.service_id).distinct()
    found = service_names(session, (id_ for id_ in session.scalars(query) if id_ is not None))
    return dict(sorted(found.items(), key=lambda item: item[1]))


def my_work(session: Session, actor: Actor) -> Work:
    """A worker's day: what waits for the actor, what waits for others, what ended lately, what is being written."""
    still_open, closed = _at_hand(session, actor), _ended_lately(session, actor)
    shown = filled(session, actor, [*still_open, *closed])
    at_hand = shown[: len(still_open)]
    return Work(
        to_act=tuple(line for line in at_hand if line.todo),
        waiting=tuple(line for line in at_hand if not line.todo),
        closed=tuple(shown[len(still_open) :]),
        drafts=tuple(drafts(session, actor)),
    )


def _at_hand(session: Session, actor: Actor) -> list[Found]:
    """What is open on either side: the most pressing, of those the latest that arrived; the latest change first."""
    found: list[Found] = []
    for side in Side:
        order = (Referral.pressing.desc(), arrived(side).desc(), Referral.id.desc())
        found += _first(session, *_of_side(actor, side, STILL_OPEN), order, OPEN_SHOWN)
    found.sort(key=lambda row: (row[0].pressing, row[0].updated_at, row[0].id), reverse=True)
    return found[:OPEN_SHOWN]


def _ended_lately(session: Session, actor: Actor) -> list[Found]:
    found: list[Found] = []
    for side in Side:
        order = (Referral.updated_at.desc(), Referral.id.desc())
        found += _first(session, *_of_side(actor, side, ENDED), order, CLOSED_SHOWN)
    found.sort(key=lambda row: (row[0].updated_at, row[0].id), reverse=True)
    return found[:CLOSED_SHOWN]


def _of_side(
    actor: Actor, side: Side, states: Iterable[State]
) -> tuple[Select[Referral, bool, str, str, str | None], Sequence[ColumnElement[bool]]]:
    """What `_first` looks for, and where."""
    box = (*box_of(actor, side), in_states(states), *own(actor, side))
    return lines(actor).where(ReferralParty.role == side), box


def box_of(actor: Actor, side: Side) -> tuple[ColumnElement[bool], ...]:
    """Of the whole organisation, whatever the actor may see of it."""
    house = Referral.sender_org_id if side is Side.SENDER else Referral.receiver_org_id
    return (house == actor.org_id,)


def arrived(side: Side) -> Any:
    return Referral.created_at if side is Side.SENDER else Referral.sent_at


def to_do(actor: Actor) -> ColumnElement[bool]:
    """Whether it is for this actor to act: a question to answer, a referral to take up, a date that has come."""
    day = today(actor)
    asks_sender = or_(_ASKS_SENDER, and_(_CALLED, Referral.review_on <= day))
    asks_receiver = and_(
        ReferralParty.role == Side.RECEIVER,
        ~_NOTED,
        or_(
            Referral.state.in_((State.SENT, State.SEEN, State.ACCEPTED)),
            and_(Referral.state == State.WAITLISTED, Referral.review_on <= day),
            and_(Referral.state.in_(AT_WORK), Referral.cancel_requested_at.is_not(None)),
            and_(Referral.state == State.RELAYED, ~_RELAY_OPEN),
        ),
    )
    inside = Referral.kind == Kind.INTERNAL
    open_to = {
        policy.SEND: asks_sender,
        policy.ANSWER: and_(asks_receiver, ~inside),
        policy.INSIDE: and_(asks_receiver, inside),
    }
    return or_(false(), *(clause for permission, clause in open_to.items() if actor.can(permission)))


def _may_wait(actor: Actor) -> ColumnElement[bool]:
    """What `to_do` asks anyway of what was received, by its own columns alone: of much that is open little waits."""
    waits = Referral.state.in_((State.SENT, State.SEEN, State.ACCEPTED, State.RELAYED))
    due = and_(Referral.state == State.WAITLISTED, Referral.review_on <= today(actor))
    return or_(waits, due, Referral.cancel_requested_at.is_not(None))


def today(actor: Actor) -> ColumnElement[date]:
    """Read when a statement runs, so that one kept for somebody's next page still knows the day."""
    return bindparam("today", callable_=partial(clock.today, actor.country), type_=Date(), unique=True)


def lines(actor: Actor) -> Select[Referral, bool, str, str, str | None]:
    """Visible referrals, each with whether it waits for the actor, their side, the other organisation and the service:
    what `filled` makes lines of."""
    sent = ReferralParty.role == Side.SENDER
    partner = organization_name(case((sent, Referral.receiver_org_id), else_=Referral.sender_org_id))
    return visible(actor).add_columns(
        to_do(actor).label("todo"), ReferralParty.role, partner.label("partner"), _SERVICE_NAME
    )


def filled(session: Session, actor: Actor, rows: Sequence[Found]) -> list[ReferralLine]:
    """Lines with their names and cards: one statement for any number of rows, two where colleagues ask each other."""
    found = [row[0] for row in rows]
    people = user_names(session, people_of(found))
    keys = content_keys.find_keys(session, sealing.REFERRAL, [referral.id for referral in found]).keys
    shown = []
    for referral, todo, role, partner_name, service, *_ in rows:
        side = other(Side(role))
        partner = party_of(referral, side, {org_of(referral, side): partner_name}, people)
        shown.append(_line(referral, Side(role), bool(todo), service or "", partner, keys.get(referral.id)))
    return shown


def _line(
    referral: Referral, side: Side, todo: bool, service_name: str, partner: Party, key: bytes | None
) -> ReferralLine:
    sight = policy.sight(side, referral, clock.now())
    return ReferralLine(
        id=referral.id,
        kind=Kind(referral.kind),
        channel=Way(referral.channel),
        voice=Voice(referral.voice),
        reference=referral.reference,
        side=side,
        state=State(referral.state),
        version=referral.version,
        service_id=referral.service_id,
        service_name=service_name,
        partner=partner,
        urgency=Urgency(referral.urgency),
        card=card_for(sight, key, referral),
        since=referral.updated_at,
        sent_at=referral.sent_at,
        next_on=next_on(side, referral),
        todo=todo,
        in_vault=referral.in_vault,
        cancel_requested=referral.cancel_requested_at is not None and not STATES[State(referral.state)].ended,
    )


def next_on(side: Side, referral: Referral) -> date | None:
    """The next date that matters: an appointment, a review, the last day to answer; to whoever notes the answers, the
    day to call again."""
    state = State(referral.state)
    if side is Side.SENDER and policy.spoken_for(referral) and state not in ENDED:
        return referral.review_on
    if state in AWAITING_ANSWER:
        return referral.expires_on
    agreed = {State.ACCEPTED: referral.contact_on, State.WAITLISTED: referral.review_on}
    return agreed.get(state, referral.meeting_on if state in AT_WORK else None)


def drafts(session: Session, actor: Actor) -> list[Draft]:
    """Of the actor's own LATELY situations, those of which nothing left but questions or with referrals prepared, the
    latest first. Of somebody to be met, nothing is prepared before they agree."""
    sent = Referral.situation_id == Situation.id, Referral.sent_at.is_not(None)
    gone = exists().where(*sent, Referral.kind.not_in((Kind.ADVICE, Kind.OUTREACH)))
    prepared = exists().where(Referral.situation_id == Situation.id, Referral.state == State.DRAFT)
    mine = select(Situation.id).where(Situation.created_by == actor.user_id, Situation.org_id == actor.org_id)
    newest = Situation.updated_at.desc(), Situation.id.desc()
    latest = mine.order_by(*newest).limit(literal_column(str(LATELY))).cte("latest")
    query = visible_situations(actor).join(latest, latest.c.id == Situation.id).where(or_(~gone, prepared))
    rows = session.scalars(query.where(Situation.outreach_until.is_(None)).order_by(*newest).limit(CLOSED_SHOWN))
    return [
        Draft(
            id=row.id,
            reference=row.reference,
            route=Route(row.route) if row.route else None,
            themes=tuple(row.themes),
            commune_code=row.commune_code,
            status=SituationStatus(row.status),
            updated_at=row.updated_at,
        )
        for row in rows
    ]


def in_states(states: Iterable[State]) -> ColumnElement[bool]:
    """Written out rather than bound: an index over some states serves a statement that shows which it wants."""
    return Referral.state.in_(bindparam("states", sorted(states), expanding=True, literal_execute=True, unique=True))


def _assigned(user_id: UUID) -> ColumnElement[bool]:
    return exists().where(ReferralAssignment.referral_id == Referral.id, ReferralAssignment.user_id == user_id)


def _of_theme(code: str) -> ColumnElement[bool]:
    """Whether it was sent about this theme; the list of codes is read as text, alike on both databases."""
    return cast(Referral.themes, String).contains(f'"{code}"', autoescape=True)


def _cursor(last: Referral, *, sent: bool, urgent_first: bool) -> str:
    at = last.created_at if sent else last.sent_at
    weight = last.pressing if urgent_first else 0
    return encode_cursor(weight, at.isoformat() if at else "", str(last.id))


def _after(cursor: str | None) -> tuple[int, datetime, UUID] | None:
    """The last row shown; a cursor that is not ours starts the list again."""
    key = decode_cursor(cursor, 3)
    if key is None or not isinstance(key[0], int):
        return None
    at, last = moment_of(key[1]), parse_id(str(key[2]))
    return (key[0], at, last) if at is not None and last is not None else None
