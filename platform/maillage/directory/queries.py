"""Reads of the directory. Whatever leaves towards a page, the API or the index goes on through `presenters`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, String, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, load_only, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from maillage.accounts.models import Organization, OrganizationStatus
from maillage.accounts.policy import ANSWER
from maillage.accounts.queries import Member, answers_from_mailbox, held, member_of, with_members
from maillage.directory.asking import Asked, asked_before
from maillage.directory.models import (
    Location,
    OrganizationProfile,
    Service,
    ServiceArea,
    ServiceReport,
    ServiceRevision,
    ServiceSignal,
    Stop,
)
from maillage.directory.policy import may_edit, may_moderate, may_see
from maillage.directory.vocabulary import TELL_THE_COMMUNE, RevisionState, ServiceStatus, SignalKind
from maillage.kernel import clock
from maillage.kernel.actor import Actor

HABITS_SINCE = timedelta(days=365)
HABITS_LEAST = 5  # below this many answers a median says more about chance than about habits

LISTED: ColumnElement[bool] = and_(
    Service.status == ServiceStatus.PUBLISHED, Organization.status != OrganizationStatus.SUSPENDED
)

_CARD_COLUMNS = (
    Service.org_id, Service.name, Service.themes, Service.data_inclusion, Service.capacity, Service.capacity_on,
    Service.capacity_lapses_on, Service.verified_on, Service.address_visibility, Service.source_name, Service.source_id,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReferableService:
    """What a referral needs to know of the service it goes to."""

    id: UUID
    org_id: UUID
    org_name: str
    name: str
    themes: tuple[str, ...]
    country: str
    org_vetted: bool
    accepts_referrals: bool
    delay_days: int | None
    by_member: bool
    by_link: bool
    asks: tuple[Asked, ...] = ()
    members: tuple[Member, ...] = ()  # as far as they were asked for

    @property
    def reachable(self) -> bool:
        """Whether a referral can be answered through the platform: by somebody who signs in, or from a mailbox."""
        return self.org_vetted and self.accepts_referrals and (self.by_member or self.by_link)


@dataclass(frozen=True, slots=True)
class Figures:
    """The directory in five numbers; the last two since the first of the month."""

    services: int
    organizations: int
    with_room: int
    verified: int
    answered: int


@dataclass(frozen=True, slots=True)
class Habit:
    """Median delay of a service's answers, in days, over `sample` of them in a year."""

    median_days: float | None = None
    sample: int = 0


# Written once: every handoff asks it, and building it takes longer than running it.
_REFERABLE = (
    select(
        Service.id,
        Service.org_id,
        Organization.name.label("org_name"),
        Service.name,
        Service.themes,
        Organization.country,
        Organization.status,
        Service.accepts_referrals,
        Service.delay_days,
        held(ANSWER).label("by_member"),
        answers_from_mailbox(ANSWER).label("by_link"),
        Service.questions,
        Service.documents_needed,
    )
    .join(Organization, Organization.id == Service.org_id)
    .where(Service.id.in_(bindparam("wanted", expanding=True)), LISTED)
)
_WITH_MEMBERS = with_members(_REFERABLE)


def referable_services(session: Session, ids: Iterable[UUID], *, members: bool = False) -> list[ReferableService]:
    """Those of these services that are published, in the order asked for; one statement. `members`: with who works
    there."""
    wanted = list(ids)
    if not wanted:
        return []
    query = _WITH_MEMBERS if members else _REFERABLE
    rows = session.execute(query, {"wanted": wanted}).all()
    there: dict[UUID, set[Member]] = {}
    for row in rows if members else ():
        there.setdefault(row.id, set()).update(filter(None, [member_of(row)]))
    found = {
        row.id: ReferableService(
            id=row.id,
            org_id=row.org_id,
            org_name=row.org_name,
            name=row.name,
            themes=tuple(row.themes),
            country=row.country,
            org_vetted=row.status == OrganizationStatus.VETTED,
            accepts_referrals=row.accepts_referrals,
            delay_days=row.delay_days,
            by_member=bool(row.by_member),
            by_link=bool(row.by_link),
            asks=asked_before(row.questions, row.documents_needed),
            members=tuple(there.get(row.id, ())),
        )
        for row in rows
    }
    return [found[service_id] for service_id in dict.fromkeys(wanted) if service_id in found]


def referable_service(session: Session, service_id: UUID) -> ReferableService | None:
    """The published service of this id; one statement."""
    return next(iter(referable_services(session, [service_id])), None)


def service_names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of services whatever their status: histories outlive them."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.execute(select(Service.id, Service.name).where(Service.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def service_name(service_id: SQLColumnExpression[UUID | None]) -> ColumnElement[str | None]:
    """The name of the service of this number, as a column of a statement that lists something else."""
    return select(Service.name).where(Service.id == service_id).scalar_subquery()


def phones(session: Session, org_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Where each organisation answers the phone: its own number, or that of one of its services; one statement."""
    rows = session.execute(
        select(Organization.id, OrganizationProfile.phone, func.max(Service.phone))
        .outerjoin(OrganizationProfile, OrganizationProfile.org_id == Organization.id)
        .outerjoin(Service, and_(Service.org_id == Organization.id, Service.status == ServiceStatus.PUBLISHED))
        .where(Organization.id.in_(list(org_ids)))
        .group_by(Organization.id, OrganizationProfile.phone)
    )
    return {org_id: own or of_service or "" for org_id, own, of_service in rows}


def services(session: Session, ids: Iterable[UUID], *, listed_only: bool = True) -> dict[UUID, Service]:
    """Services with all that presenting them takes; a fixed number of statements for any number of them."""
    wanted = list(ids)
    if not wanted:
        return {}
    query = _with_everything().where(Service.id.in_(wanted))
    found = session.scalars(query.where(LISTED) if listed_only else query).unique()
    return {service.id: service for service in found}


def cards(session: Session, ids: Iterable[UUID]) -> dict[UUID, Service]:
    """Listed services with what one line of a list shows of them, in one statement: results are many."""
    wanted = list(ids)
    if not wanted:
        return {}
    return {service.id: service for service in session.scalars(_as_cards().where(Service.id.in_(wanted))).unique()}


def cards_about(
    session: Session, theme_codes: Iterable[str], area_tokens: Sequence[str], limit: int
) -> Sequence[Service]:
    """Listed services of these themes and of this territory, by name: what is left when the search engine is away."""
    themes = [cast(Service.themes, String).like(f'%"{code}"%') for code in theme_codes]
    communes = [token.removeprefix("commune:") for token in area_tokens if token.startswith("commune:")]
    found = select(Service.id).join(Service.organization).where(LISTED)
    if themes:
        found = found.where(or_(*themes))
    if area_tokens:
        serves = Service.areas.any(ServiceArea.token.in_(area_tokens))
        there = Service.locations.any(Location.commune_code.in_(communes))
        told = Service.address_visibility.in_(TELL_THE_COMMUNE)  # or an empty page would say where a shelter is not
        found = found.where(or_(serves, and_(told, there)))
    first = found.order_by(Service.name, Service.id).limit(limit).scalar_subquery()
    return session.scalars(_as_cards().where(Service.id.in_(first)).order_by(Service.name, Service.id)).unique().all()


def schedules(session: Session, ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Every opening time that each service tells: of all its places, and of the stops of a round. One statement."""
    found: dict[UUID, set[str]] = {}
    rows = select(Location.service_id, Location.opening_hours, Stop.opening_hours).outerjoin(Location.stops)
    for service_id, *told in session.execute(rows.where(Location.service_id.in_(list(ids)))):
        found.setdefault(service_id, set()).update(text for text in told if text)
    return found


def territory_of(session: Session, org_id: UUID | None) -> str:
    """The commune where an organisation says it is; empty when it says nothing."""
    found = select(OrganizationProfile.commune_code).where(OrganizationProfile.org_id == org_id)
    return (session.scalar(found) or "") if org_id else ""


def figures(session: Session, month: date) -> Figures:
    """What the directory holds, and what happened in it since the first of the month; one statement."""
    listed = select(Service).join(Service.organization).where(LISTED)
    since = datetime.combine(month.replace(day=1), time(), tzinfo=UTC)
    counted = (
        listed.with_only_columns(func.count()),
        listed.with_only_columns(func.count(Service.org_id.distinct())),
        listed.with_only_columns(func.count()).where(Service.capacity.in_(("free", "limited"))),
        listed.with_only_columns(func.count()).where(Service.verified_on >= month.replace(day=1)),
        select(func.count()).where(ServiceSignal.kind == SignalKind.ANSWERED, ServiceSignal.at >= since),
    )
    return Figures(*session.execute(select(*(one.scalar_subquery() for one in counted))).one())


def visible_service(session: Session, service_id: UUID, actor: Actor | None) -> Service | None:
    """The service of a page, when it exists for this actor."""
    service = services(session, [service_id], listed_only=False).get(service_id)
    if service is None or not may_see(service.status, service.org_id, actor):
        return None
    suspended = service.organization.status == OrganizationStatus.SUSPENDED
    return None if suspended and not may_moderate(actor) else service


def own_service(session: Session, service_id: UUID, actor: Actor, *, lock: bool = False) -> Service | None:
    """A service that the actor may edit; None for a foreign one as for an unknown one."""
    query = _with_everything(lock=lock).where(Service.id == service_id, Service.org_id == actor.org_id)
    service = session.scalars(query).unique().one_or_none()
    return service if service is not None and may_edit(service.org_id, actor) else None


def any_service(session: Session, service_id: UUID, *, lock: bool = False) -> Service | None:
    """Whatever its owner and status: for moderation."""
    return session.scalars(_with_everything(lock=lock).where(Service.id == service_id)).unique().one_or_none()


def services_of(session: Session, org_id: UUID, *, listed_only: bool) -> Sequence[Service]:
    query = _with_everything().where(Service.org_id == org_id).order_by(Service.name, Service.id).limit(200)
    if listed_only:
        query = query.where(LISTED)
    return session.scalars(query).unique().all()


def bare_services_of(session: Session, org_id: UUID) -> Sequence[Service]:
    """All of an organisation's, for lists that show neither places nor areas."""
    own = select(Service).where(Service.org_id == org_id).order_by(Service.name, Service.id).limit(200)
    return session.scalars(own).all()


def bundle_mates(session: Session, service: Service) -> Sequence[Service]:
    """The other services offered together with this one."""
    if not service.bundle:
        return []
    query = _with_everything().where(Service.bundle == service.bundle, Service.id != service.id, LISTED)
    return session.scalars(query.order_by(Service.name, Service.id).limit(20)).unique().all()


def public_organization(session: Session, org_id: UUID) -> tuple[Organization, OrganizationProfile | None] | None:
    """An organisation with its profile; None when unknown or suspended."""
    row = session.execute(
        select(Organization, OrganizationProfile)
        .outerjoin(OrganizationProfile, OrganizationProfile.org_id == Organization.id)
        .options(joinedload(OrganizationProfile.network))
        .where(Organization.id == org_id, Organization.status != OrganizationStatus.SUSPENDED)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def habits(session: Session, ids: Iterable[UUID]) -> dict[UUID, Habit]:
    """Answering habits of these services over a year. The median is taken here: SQLite has none."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = session.execute(
        select(ServiceSignal.service_id, ServiceSignal.delay_days).where(
            ServiceSignal.service_id.in_(wanted),
            ServiceSignal.kind == SignalKind.ANSWERED,
            ServiceSignal.delay_days.is_not(None),
            ServiceSignal.at > clock.now() - HABITS_SINCE,
        )
    )
    delays: dict[UUID, list[float]] = {}
    for row in rows:
        delays.setdefault(row.service_id, []).append(row.delay_days)
    return {
        service_id: Habit(median(found) if len(found) >= HABITS_LEAST else None, len(found))
        for service_id, found in delays.items()
    }


def history(session: Session, service_id: UUID) -> Sequence[ServiceRevision]:
    """Versions of a service, newest first."""
    query = (
        select(ServiceRevision)
        .where(ServiceRevision.service_id == service_id)
        .order_by(ServiceRevision.proposed_at.desc(), ServiceRevision.id.desc())
    )
    return session.scalars(query.limit(50)).all()


def pending_revision(session: Session, service_id: UUID) -> ServiceRevision | None:
    return session.scalar(
        select(ServiceRevision).where(
            ServiceRevision.service_id == service_id, ServiceRevision.state == RevisionState.PENDING
        )
    )


def revision(session: Session, revision_id: UUID) -> ServiceRevision | None:
    return session.get(ServiceRevision, revision_id)


def pending_revisions(session: Session) -> Sequence[ServiceRevision]:
    """What waits for a moderator, oldest first."""
    query = (
        select(ServiceRevision)
        .options(joinedload(ServiceRevision.service).joinedload(Service.organization))
        .where(ServiceRevision.state == RevisionState.PENDING)
        .order_by(ServiceRevision.proposed_at, ServiceRevision.id)
    )
    return session.scalars(query.limit(100)).all()


def open_reports(session: Session, actor: Actor) -> Sequence[ServiceReport]:
    """Errors pointed out, for those who can correct them: the owner, and moderators where nobody owns the record."""
    own = Service.org_id == actor.org_id
    seen = or_(own, Organization.status == OrganizationStatus.LISTED) if may_moderate(actor) else own
    query = (
        select(ServiceReport)
        .join(ServiceReport.service)
        .join(Service.organization)
        .options(contains_eager(ServiceReport.service).contains_eager(Service.organization))
        .where(ServiceReport.outcome == "", seen)
        .order_by(ServiceReport.created_at, ServiceReport.id)
    )
    return session.scalars(query.limit(100)).all()


def _as_cards() -> Select[Service]:
    return (
        select(Service)
        .join(Service.organization)
        .where(LISTED)
        .options(
            load_only(*_CARD_COLUMNS),
            contains_eager(Service.organization).load_only(Organization.name, Organization.country),
            joinedload(Service.locations),
        )
    )


def _with_everything(*, lock: bool = False) -> Select[Service]:
    options: tuple[ORMOption, ...] = (
        contains_eager(Service.organization),
        joinedload(Service.profile).joinedload(OrganizationProfile.network),
        selectinload(Service.locations).selectinload(Location.stops),
        selectinload(Service.areas),
    )
    # A long-lived session may still hold an older reading: what leaves, or is decided on, is what is stored now.
    query = select(Service).join(Service.organization).options(*options).execution_options(populate_existing=True)
    return query.with_for_update(of=Service) if lock else query
