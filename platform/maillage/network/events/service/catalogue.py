"""The catalogue: what may be held, without a date."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden
from maillage.kernel.ids import new_id
from maillage.network.events import queries
from maillage.network.events.codes import Who
from maillage.network.events.models import Course
from maillage.network.groups.models import Audience
from maillage.network.wording.checks import check

_WRITTEN: Final = ("kind", "title", "aims", "public", "programme", "trainer", "audience")


@dataclass(frozen=True, slots=True)
class CourseContent:
    """What is told of a course. `nobody`: its author confirms that nobody can be recognised in it."""

    kind: str
    title: str
    aims: str = ""
    public: str = ""
    programme: str = ""
    trainer: str = ""
    audience: str = "network"
    nobody: bool = False


def add_course(actor: Actor, *, group_id: UUID | None, content: CourseContent, course_id: UUID | None = None) -> UUID:
    """Add a course for a group that the actor leads, or for the coordination (None). Raises Invalid, SomebodyNamed."""
    _check(content)
    with transaction() as session:
        hosts = queries.hosts(session, actor)
        hosts.ensure(group_id)
        assert actor.user_id is not None
        course = Course(id=course_id or new_id(), network_id=hosts.network.id, group_id=group_id)
        course.created_by = actor.user_id
        _write(course, content)
        session.add(course)
        audit.record(session, actor, "course.added", "course", course.id, confirmed=content.nobody)
        return course.id


def change_course(actor: Actor, *, course_id: UUID, content: CourseContent) -> None:
    """Raises NotFound, Forbidden, Invalid, SomebodyNamed."""
    _check(content)
    with transaction() as session:
        course = _own(session, actor, course_id)
        _write(course, content)
        audit.record(session, actor, "course.changed", "course", course_id, confirmed=content.nobody)


def withdraw_course(actor: Actor, *, course_id: UUID) -> None:
    """Take a course out of the catalogue; its sessions stay."""
    with transaction() as session:
        course = _own(session, actor, course_id)
        if course.withdrawn_at is not None:
            raise Conflict("Cette formation n’est plus au catalogue.")
        course.withdrawn_at = clock.now()
        audit.record(session, actor, "course.withdrawn", "course", course_id)


def _check(content: CourseContent) -> None:
    """Who teaches is named, and says so."""
    check({"trainer": content.trainer}, nobody=True)
    told = ("title", "aims", "public", "programme")
    check({name: getattr(content, name) for name in told}, nobody=content.nobody)


def _write(course: Course, content: CourseContent) -> None:
    """What the coordination adds is for its whole network."""
    for name in _WRITTEN:
        setattr(course, name, getattr(content, name))
    if course.group_id is None:
        course.audience = Audience.NETWORK


def _own(session: Session, actor: Actor, course_id: UUID) -> Course:
    course, who = queries.stance_of_course(session, actor, course_id)
    if who is not Who.ORGANIZER:
        raise Forbidden("Seule l’animation du groupe peut le faire.")
    return course
