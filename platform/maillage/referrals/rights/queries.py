"""What an organisation reads of the requests that it received, and of how long it keeps what it wrote."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from maillage.accounts.queries import organization_names, user_names
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.kernel.ids import parse_id
from maillage.kernel.retention import RetentionMark
from maillage.referrals import sealing
from maillage.referrals.models import Referral, Situation
from maillage.referrals.queries import load_situation
from maillage.referrals.rights import keeping
from maillage.referrals.rights.codes import Right, Term, term_of
from maillage.referrals.rights.models import SubjectRequest
from maillage.referrals.states import State
from maillage.web.paging import Page, decode_cursor, encode_cursor

PAGE = 50


@dataclass(frozen=True, slots=True)
class RequestLine:
    id: UUID
    reference: str
    right: Right
    received_on: date
    due_on: date
    answered_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """One request with its answer, for the person or for whoever checks."""

    line: RequestLine
    situation_id: UUID
    organization: str
    answered_by: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """How long one situation is kept, and who else holds a copy of it."""

    situation_id: UUID
    reference: str
    last_contact: date
    ends_on: date
    latest: date
    term: Term
    reason: str | None
    receivers: tuple[str, ...]
    requests: tuple[RequestLine, ...]


def kept(session: Session, actor: Actor, situation_id: UUID) -> Kept:
    """What the page of the rights shows of a situation. Raises NotFound."""
    situation = load_situation(session, actor, situation_id)
    last, draft = keeping.last_contact(session, situation)
    mark = session.get(RetentionMark, (sealing.SITUATION, situation.id))
    requests = _lines(session, actor, _of(actor).where(SubjectRequest.situation_id == situation_id))
    return Kept(
        situation_id=situation.id,
        reference=situation.reference,
        last_contact=last.date(),
        ends_on=keeping.ends_on(situation, last, draft=draft, kept_until=mark.kept_until if mark else None),
        latest=keeping.latest(last),
        term=term_of(situation.themes, draft=draft),
        reason=mark.reason if mark else None,
        receivers=_receivers(session, situation),
        requests=tuple(requests),
    )


def requests(session: Session, actor: Actor, after: str | None) -> Page[RequestLine]:
    """The organisation's register, the last received first."""
    query = _of(actor)
    cursor = decode_cursor(after, 1)
    last = parse_id(str(cursor[0])) if cursor else None
    if last is not None:
        query = query.where(SubjectRequest.id < last)
    lines = _lines(session, actor, query.order_by(None).order_by(SubjectRequest.id.desc()).limit(PAGE + 1))
    return Page(lines[:PAGE], encode_cursor(str(lines[PAGE - 1].id)) if len(lines) > PAGE else None)


def receipt(session: Session, actor: Actor, request_id: UUID) -> Receipt:
    """One request of the actor's organisation. Raises NotFound."""
    request = session.scalar(_of(actor).where(SubjectRequest.id == request_id))
    if request is None:
        raise NotFound()
    told = [UUID(org_id) for org_id in request.facts.get("told", [])]
    names = organization_names(session, [request.org_id, *told])
    by = user_names(session, [request.answered_by]) if request.answered_by else {}
    return Receipt(
        line=_line(actor, request),
        situation_id=request.situation_id,
        organization=names.get(request.org_id, ""),
        answered_by=next(iter(by.values()), ""),
        told=tuple(sorted(names.get(org_id, "") for org_id in told)),
    )


def _of(actor: Actor) -> Select[SubjectRequest]:
    newest = SubjectRequest.received_on.desc()
    return select(SubjectRequest).where(SubjectRequest.org_id == actor.org_id).order_by(newest, SubjectRequest.id)


def _lines(session: Session, actor: Actor, query: Select[SubjectRequest]) -> list[RequestLine]:
    return [_line(actor, row) for row in session.scalars(query)]


def _line(actor: Actor, row: SubjectRequest) -> RequestLine:
    late = row.answered_at is None and row.due_on < clock.today(actor.country)
    return RequestLine(row.id, row.reference, Right(row.kind), row.received_on, row.due_on, row.answered_at, late)


def _receivers(session: Session, situation: Situation) -> tuple[str, ...]:
    sent = select(Referral.receiver_org_id).where(Referral.situation_id == situation.id, Referral.state != State.DRAFT)
    names = organization_names(session, set(session.scalars(sent)))
    return tuple(sorted(names.values()))
