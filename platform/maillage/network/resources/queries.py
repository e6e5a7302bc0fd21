"""Reads of what peers share. The walls keep what is not for the actor; `policy` says what may be done with the rest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, String, bindparam, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization
from maillage.accounts.queries import organization_names, user_names
from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.network.groups.models import Audience, Group
from maillage.network.resources import policy
from maillage.network.resources.models import Resource, ResourceFile, ResourceUse, ResourceVersion
from maillage.network.resources.policy import Deed, Part
from maillage.network.seats import Seats, seats
from maillage_search.text import words

PAGE = 30


_USES: Final = (
    select(func.count())
    .select_from(ResourceUse)
    .where(ResourceUse.resource_id == Resource.id)
    .correlate(Resource)
    .scalar_subquery()
)
_LINES: Final = (
    select(
        Resource.id,
        Resource.kind,
        Resource.title,
        Resource.summary,
        Resource.themes,
        Organization.name,
        Resource.updated_at,
        _USES,
    )
    .join(Organization, Organization.id == Resource.org_id)
    .where(Resource.withdrawn_at.is_(None))
    .order_by(Resource.updated_at.desc(), Resource.id.desc())
)
_LATEST_IN: Final = _LINES.where(Resource.group_id == bindparam("group_id")).limit(bindparam("most"))


@dataclass(frozen=True, slots=True)
class Line:
    """A resource in a list."""

    id: UUID
    kind: str
    title: str
    summary: str
    themes: tuple[str, ...]
    org_name: str
    updated_at: datetime
    uses: int


@dataclass(frozen=True, slots=True)
class Page:
    lines: tuple[Line, ...]
    following: tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class View:
    """A resource as one actor reads it. `uses`: the organisations that say they use it, by name."""

    resource: Resource
    part: Part
    author: str
    org_name: str
    group_name: str
    versions: tuple[tuple[ResourceVersion, str], ...]
    uses: tuple[str, ...]
    used_here: bool

    @property
    def current(self) -> ResourceVersion:
        return self.versions[0][0]

    def may(self, deed: Deed) -> bool:
        return self.part in policy.ALLOWED[deed]


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is asked for: words, a theme, a kind, one group."""

    text: str = ""
    theme: str = ""
    kind: str = ""
    group_id: UUID | None = None


def found(
    session: Session, sits: Seats, sought: Sought, *, after: tuple[datetime, UUID] | None = None, most: int = PAGE
) -> Page:
    """What who sits there may read of what is sought, the latest first."""
    query = _LINES.where(_readable(sits), *_asked(sought))
    if after is not None:
        query = query.where(tuple_(Resource.updated_at, Resource.id) < tuple_(*after))
    lines = [_line(row) for row in session.execute(query.limit(most + 1))]
    last = lines[most - 1] if len(lines) > most else None
    return Page(tuple(lines[:most]), (last.updated_at, last.id) if last is not None else None)


def latest_in(session: Session, group_id: UUID, most: int) -> list[Line]:
    """The latest of a group, for who has shown where they stand there."""
    return [_line(row) for row in session.execute(_LATEST_IN, {"group_id": group_id, "most": most})]


def load(
    session: Session, actor: Actor, resource_id: UUID, deed: Deed = Deed.READ, *, lock: bool = False
) -> tuple[Resource, Part]:
    """One resource and who the actor is for it. Raises NotFound, and Forbidden for a deed of others."""
    query = select(Resource).where(Resource.id == resource_id, Resource.withdrawn_at.is_(None))
    resource = session.scalar(query.with_for_update() if lock else query)
    if resource is None:
        raise NotFound()
    where = seats(session, actor)
    part = policy.part_of(
        actor,
        resource,
        groups=where.groups,
        networks=where.networks,
        leads=where.leads,
        coordinates=where.coordinates,
    )
    policy.ensure(part, deed)
    return resource, part


def view(session: Session, actor: Actor, resource_id: UUID) -> View:
    """One resource with its versions, the latest first, and who uses it. Raises NotFound."""
    resource, part = load(session, actor, resource_id)
    versions = session.scalars(
        select(ResourceVersion)
        .where(ResourceVersion.resource_id == resource_id)
        .order_by(ResourceVersion.number.desc())
    ).all()
    using = session.scalars(select(ResourceUse.org_id).where(ResourceUse.resource_id == resource_id)).all()
    orgs = organization_names(session, {resource.org_id, *using})
    people = user_names(session, {resource.user_id, *(one.user_id for one in versions)})
    group = session.get(Group, resource.group_id)
    return View(
        resource=resource,
        part=part,
        author=people.get(resource.user_id, ""),
        org_name=orgs.get(resource.org_id, ""),
        group_name=group.name if group is not None else "",
        versions=tuple((one, people.get(one.user_id, "")) for one in versions),
        uses=tuple(sorted(orgs[org_id] for org_id in using if org_id in orgs)),
        used_here=actor.org_id in using,
    )


def file_of(session: Session, actor: Actor, resource_id: UUID, number: int) -> tuple[ResourceVersion, bytes]:
    """The file of one version. Raises NotFound where there is none."""
    load(session, actor, resource_id)
    row = session.execute(
        select(ResourceVersion, ResourceFile.data)
        .join(
            ResourceFile,
            (ResourceFile.resource_id == ResourceVersion.resource_id)
            & (ResourceFile.number == ResourceVersion.file_number),
        )
        .where(ResourceVersion.resource_id == resource_id, ResourceVersion.number == number)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def folded(*texts: str) -> str:
    """The words of these texts as a search compares them, each between spaces."""
    return f" {' '.join(word for text in texts for word in words(text))} "


def _readable(where: Seats) -> ColumnElement[bool]:
    shared = (Resource.audience == Audience.NETWORK.value) & Resource.network_id.in_(where.networks)
    mine: list[ColumnElement[bool]] = [Resource.group_id.in_(where.groups), shared]
    if where.coordinates is not None:
        mine.append(Resource.network_id == where.coordinates)
    return or_(*mine)


def _asked(sought: Sought) -> list[ColumnElement[bool]]:
    asked = [Resource.sought.contains(f" {word}", autoescape=True) for word in words(sought.text)]
    if sought.kind:
        asked.append(Resource.kind == sought.kind)
    if sought.group_id is not None:
        asked.append(Resource.group_id == sought.group_id)
    if sought.theme:
        asked.append(cast(Resource.themes, String).contains(f'"{sought.theme}"', autoescape=True))
    return asked


def _line(row: Row[*tuple[Any, ...]]) -> Line:
    resource_id, kind, title, summary, themes, org_name, updated_at, uses = row
    return Line(resource_id, kind, title, summary, tuple(themes), org_name, updated_at, uses)
