"""Reads of the roster: a fixed number of statements, however many companies there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, exists, func, select
from sqlalchemy.orm import Session

from maillage.accounts.models import Membership, Organization, User
from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.network.groups import queries as groups
from maillage.network.groups.models import GroupMember, Network, NetworkCompany
from maillage.network.groups.policy import TAKE_PART, coordinates
from maillage.network.roster.models import CompanySheet, OfficialText, Report, ReportForm, Skill
from maillage_search.text import fold

NAMED: Final = 2  # référents of a company, in a list
_SOME: Final = (
    select(User.name)
    .join(Membership, Membership.user_id == User.id)
    .where(Membership.org_id == Organization.id, Membership.ended_at.is_(None), User.active)
    .where(cast(Membership.roles, String).contains('"referent"'))
    .limit(NAMED + 1)
    .correlate(Organization)
    .subquery()
)
_IN_A_GROUP: Final = exists().where(
    GroupMember.network_id == NetworkCompany.network_id,
    GroupMember.org_id == Organization.id,
    GroupMember.until.is_(None),
)
# Nobody is counted or put in order here: a company of a thousand takes no longer than one of two.
_COMPANIES: Final = (
    select(
        Organization.id,
        Organization.name,
        CompanySheet,
        select(func.aggregate_strings(_SOME.c.name, "\n")).scalar_subquery(),
        _IN_A_GROUP,
        Report,
    )
    .join(NetworkCompany, NetworkCompany.org_id == Organization.id)
    .outerjoin(
        CompanySheet,
        and_(CompanySheet.org_id == Organization.id, CompanySheet.network_id == NetworkCompany.network_id),
    )
    .outerjoin(Report, and_(Report.org_id == Organization.id, Report.form_id == bindparam("form_id")))
    .where(NetworkCompany.network_id == bindparam("network_id"), NetworkCompany.until.is_(None))
    .order_by(Organization.name, Organization.id)
)


@dataclass(frozen=True, slots=True)
class Company:
    """One line of the roster. `referents`: any of them, one more than are named when there are others."""

    org_id: UUID
    name: str
    sheet: CompanySheet | None
    referents: tuple[str, ...]
    in_a_group: bool
    report: Report | None

    def lacks(self, report_wanted: bool) -> tuple[str, ...]:
        """What is missing, by code."""
        found = {
            "referent": not self.referents,
            "group": not self.in_a_group,
            "sheet": self.sheet is None,
            "report": report_wanted and (self.report is None or self.report.handed_in_at is None),
        }
        return tuple(code for code, missing in found.items() if missing)


@dataclass(frozen=True, slots=True)
class SkillLine:
    skill: Skill
    name: str
    org_name: str
    email: str


def my_network(session: Session, actor: Actor) -> Network:
    """The network that the actor takes part in. Raises NotFound without one."""
    found = groups.network_of(session, actor)
    if found is None:
        raise NotFound()
    return found


def latest_form(session: Session, network_id: UUID) -> ReportForm | None:
    """The report that was asked last."""
    sent = select(ReportForm).where(ReportForm.network_id == network_id, ReportForm.sent_at.is_not(None))
    return session.scalar(sent.order_by(ReportForm.sent_at.desc(), ReportForm.id.desc()).limit(1))


def companies(session: Session, network: Network, form: ReportForm | None) -> list[Company]:
    """Every company of a network that the actor coordinates, by name; one statement."""
    rows = session.execute(_COMPANIES, {"network_id": network.id, "form_id": form.id if form else None})
    return [
        Company(org_id, name, sheet, tuple(sorted((referents or "").splitlines())), in_a_group, report)
        for org_id, name, sheet, referents, in_a_group, report in rows
    ]


def company(session: Session, network_id: UUID, org_id: UUID) -> tuple[str, CompanySheet | None]:
    """The name of a company and its sheet. Raises NotFound for one that is not of the network."""
    row = session.execute(
        select(Organization.name, CompanySheet)
        .join(NetworkCompany, NetworkCompany.org_id == Organization.id)
        .outerjoin(CompanySheet, and_(CompanySheet.org_id == Organization.id, CompanySheet.network_id == network_id))
        .where(Organization.id == org_id, *_present(network_id))
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def company_names(session: Session, network_id: UUID) -> dict[UUID, str]:
    """The companies of a network, by name."""
    rows = session.execute(
        select(Organization.id, Organization.name)
        .join(NetworkCompany, NetworkCompany.org_id == Organization.id)
        .where(*_present(network_id))
        .order_by(Organization.name, Organization.id)
    )
    return {org_id: name for org_id, name in rows}


def named(session: Session, name: str, country: str) -> Sequence[Organization]:
    """Organisations of this name, or whose name holds it: to be let into a network."""
    found = select(Organization).where(
        Organization.country == country, func.lower(Organization.name).contains(name.lower(), autoescape=True)
    )
    some = session.scalars(found.order_by(func.length(Organization.name), Organization.name).limit(6)).all()
    exact = [one for one in some if fold(one.name) == fold(name)]
    return exact or some


def texts(session: Session, network_id: UUID) -> list[OfficialText]:
    """The latest version of each text, definitions first, by title."""
    last = (
        select(OfficialText.text_id, func.max(OfficialText.version).label("version"))
        .where(OfficialText.network_id == network_id)
        .group_by(OfficialText.text_id)
        .subquery()
    )
    latest = select(OfficialText).join(
        last, and_(last.c.text_id == OfficialText.text_id, last.c.version == OfficialText.version)
    )
    return list(session.scalars(latest.order_by(OfficialText.kind, OfficialText.title, OfficialText.id)))


def versions(session: Session, network_id: UUID, text_id: UUID) -> Sequence[OfficialText]:
    """Every version of a text, the newest first. Raises NotFound."""
    found = session.scalars(
        select(OfficialText)
        .where(OfficialText.text_id == text_id, OfficialText.network_id == network_id)
        .order_by(OfficialText.version.desc())
    ).all()
    if not found:
        raise NotFound()
    return found


def skills(session: Session, network_id: UUID, *, words: str = "", axis: str = "", most: int = 60) -> list[SkillLine]:
    """Who has done this: what holds every word, the newest first."""
    query = (
        select(Skill, User.name, Organization.name, User.email)
        .join(User, User.id == Skill.user_id)
        .join(Organization, Organization.id == Skill.org_id)
        .join(Membership, and_(Membership.user_id == User.id, Membership.org_id == Skill.org_id))
        .where(Skill.network_id == network_id, Membership.ended_at.is_(None), User.active)
        .order_by(Skill.at.desc(), Skill.id.desc())
    )
    if axis:
        query = query.where(Skill.axis == axis)
    wanted = fold(words).split()
    if not wanted:
        query = query.limit(most)
    found = [SkillLine(*row) for row in session.execute(query)]
    return [one for one in found if all(word in fold(one.skill.words) for word in wanted)][:most]


def forms(session: Session, network_id: UUID) -> Sequence[ReportForm]:
    return session.scalars(
        select(ReportForm).where(ReportForm.network_id == network_id).order_by(ReportForm.created_at.desc())
    ).all()


def form_of(session: Session, actor: Actor, form_id: UUID) -> tuple[ReportForm, Network]:
    """A report that the actor's network asks. One that is not sent exists for the coordination alone."""
    row = session.execute(
        select(ReportForm, Network).join(Network, Network.id == ReportForm.network_id).where(ReportForm.id == form_id)
    ).one_or_none()
    if row is None or not actor.can(TAKE_PART):
        raise NotFound()
    form, network = row
    if form.sent_at is None and not coordinates(actor, network.org_id):
        raise NotFound()
    return form, network


def asked_of(session: Session, actor: Actor) -> list[tuple[ReportForm, Report | None]]:
    """What is asked of the actor's organisation, the latest first."""
    rows = session.execute(
        select(ReportForm, Report)
        .join(NetworkCompany, NetworkCompany.network_id == ReportForm.network_id)
        .outerjoin(Report, and_(Report.form_id == ReportForm.id, Report.org_id == actor.org_id))
        .where(NetworkCompany.org_id == actor.org_id, NetworkCompany.until.is_(None), ReportForm.sent_at.is_not(None))
        .order_by(ReportForm.sent_at.desc(), ReportForm.id)
    )
    return [(row[0], row[1]) for row in rows]


def to_remind(session: Session, steps: int) -> list[tuple[ReportForm, str]]:
    """Forms that were sent and have reminders left, with the country of their network."""
    rows = session.execute(
        select(ReportForm, Network.country)
        .join(Network, Network.id == ReportForm.network_id)
        .where(ReportForm.sent_at.is_not(None), ReportForm.reminded < steps)
    )
    return [(row[0], row[1]) for row in rows]


def late(session: Session, form: ReportForm) -> list[UUID]:
    """The companies that have not handed in this report, as far as they are within reach."""
    done = select(Report.org_id).where(Report.form_id == form.id, Report.handed_in_at.is_not(None))
    return list(
        session.scalars(
            select(NetworkCompany.org_id).where(*_present(form.network_id), NetworkCompany.org_id.not_in(done))
        )
    )


def reports(session: Session, form_id: UUID) -> dict[UUID, Report]:
    return {one.org_id: one for one in session.scalars(select(Report).where(Report.form_id == form_id))}


def _present(network_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return NetworkCompany.network_id == network_id, NetworkCompany.until.is_(None)
