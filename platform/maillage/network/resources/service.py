"""Sharing something, improving it, taking it back, saying that one uses it. Each verb owns its transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.ids import new_id
from maillage.kernel.uploads import Upload
from maillage.network.groups.models import Audience
from maillage.network.groups.policy import Deed as GroupDeed
from maillage.network.groups.queries import standing
from maillage.network.resources.kinds import KINDS, Kind, Licence
from maillage.network.resources.models import Resource, ResourceFile, ResourceUse, ResourceVersion
from maillage.network.resources.policy import Deed
from maillage.network.resources.queries import folded, load
from maillage.network.wording import checks as wording
from maillage_search.taxonomy import load_taxonomy

MOST_THEMES = 5
STALE = "Une nouvelle version a été publiée entre-temps. Rechargez la page avant de continuer."
NEEDED = {
    "context": "Décrivez le contexte.",
    "done": "Dites ce qui a été fait.",
    "result": "Dites ce que cela a donné.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a resource. `parts`: the questions of its kind that were answered; `nobody`: its author has
    confirmed that nobody can be recognised."""

    kind: Kind
    title: str
    summary: str
    licence: Licence
    audience: Audience
    parts: Mapping[str, str] = field(default_factory=dict)
    themes: tuple[str, ...] = ()
    credit: str = ""
    nobody: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """What was sent, checked, and how it begins."""

    upload: Upload
    excerpt: str = ""


def share(actor: Actor, *, group_id: UUID, told: Told, file: File | None = None) -> UUID:
    """Share something with a group, or with its whole network. Raises Invalid, NotFound, Forbidden."""
    assert actor.user_id is not None and actor.org_id is not None
    _check(told, has_file=file is not None)
    with transaction() as session:
        stands = standing(session, actor, group_id, GroupDeed.CONTRIBUTE)
        resource = Resource(
            id=new_id(),
            network_id=stands.network.id,
            group_id=group_id,
            user_id=actor.user_id,
            org_id=actor.org_id,
            number=1,
        )
        _describe(resource, told)
        session.add(resource)
        session.flush()
        _add_version(session, actor, resource, file, "")
        audit.record(session, actor, "resource.share", "resource", resource.id, kind=told.kind.value)
        return resource.id


def revise(
    actor: Actor,
    *,
    resource_id: UUID,
    told: Told,
    changed: str,
    file: File | None = None,
    number: int | None = None,
) -> None:
    """Publish another version, with another file or the one that there was. Raises Invalid, Conflict."""
    if not changed.strip():
        raise Invalid(fields={"changed": "Dites ce qui change."})
    with transaction() as session:
        resource, _ = load(session, actor, resource_id, Deed.REVISE, lock=True)
        if number not in (None, resource.number):
            raise Conflict(STALE)
        last = session.get_one(ResourceVersion, (resource_id, resource.number))
        _check(told, has_file=file is not None or last.file_number is not None)
        _describe(resource, told)
        resource.number += 1
        resource.updated_at = clock.now()
        _add_version(session, actor, resource, file or last, changed.strip())
        audit.record(session, actor, "resource.revise", "resource", resource.id, number=resource.number)


def withdraw(actor: Actor, *, resource_id: UUID) -> None:
    """Take a resource back, files included. Raises NotFound, Forbidden."""
    with transaction() as session:
        resource, _ = load(session, actor, resource_id, Deed.WITHDRAW, lock=True)
        resource.withdrawn_at = clock.now()
        session.execute(delete(ResourceFile).where(ResourceFile.resource_id == resource_id))
        audit.record(session, actor, "resource.withdraw", "resource", resource_id)


def use(actor: Actor, *, resource_id: UUID, used: bool) -> None:
    """Say that one's organisation uses it, or no more. Said twice, it counts once."""
    assert actor.org_id is not None and actor.user_id is not None
    with transaction() as session:
        load(session, actor, resource_id, Deed.USE, lock=True)
        row = session.get(ResourceUse, (resource_id, actor.org_id))
        if used and row is None:
            session.add(ResourceUse(resource_id=resource_id, org_id=actor.org_id, user_id=actor.user_id))
        elif not used and row is not None:
            session.delete(row)
        else:
            return
        audit.record(session, actor, "resource.use" if used else "resource.leave", "resource", resource_id)


def _check(told: Told, *, has_file: bool) -> None:
    """Raises Invalid for what says nothing, and for words that nobody may keep or that seem to name somebody."""
    row = KINDS[told.kind]
    wrong = {part: NEEDED[part] for part in row.needed if not told.parts.get(part)}
    if row.file and not has_file:
        wrong["file"] = "Choisissez un fichier."
    if len(told.themes) > MOST_THEMES:
        wrong["themes"] = f"{MOST_THEMES} thèmes au plus."
    elif any(code not in load_taxonomy().themes for code in told.themes):
        wrong["themes"] = "Choisissez dans la liste."
    if wrong:
        raise Invalid(fields=wrong)
    about = {name: text for name, text in told.parts.items() if name != "contact"}  # a colleague, and said to be one
    wording.check({"title": told.title, "summary": told.summary, **about}, nobody=told.nobody)


def _describe(resource: Resource, told: Told) -> None:
    asked = KINDS[told.kind].asks
    resource.kind, resource.licence, resource.audience = told.kind, told.licence, told.audience
    resource.title, resource.summary, resource.credit = told.title, told.summary, told.credit
    resource.parts = {part: told.parts[part] for part in asked if told.parts.get(part)}
    resource.themes = list(told.themes)
    themes = [load_taxonomy().themes[code].label() for code in told.themes]
    said = (told.title, told.summary, KINDS[told.kind].label, told.credit, *resource.parts.values(), *themes)
    resource.sought = folded(*said)


def _add_version(
    session: Session, actor: Actor, resource: Resource, file: File | ResourceVersion | None, changed: str
) -> None:
    """With another file, that of the version before, or none."""
    assert actor.user_id is not None
    number = resource.number
    version = ResourceVersion(resource_id=resource.id, number=number, user_id=actor.user_id, changed=changed)
    if isinstance(file, File):
        sent = file.upload
        version.file_number, version.file_name, version.media_type = number, sent.name, sent.media_type
        version.size, version.excerpt = len(sent.data), file.excerpt
        session.add(ResourceFile(resource_id=resource.id, number=number, data=sent.data))
    elif file is not None:
        version.file_number, version.file_name = file.file_number, file.file_name
        version.media_type, version.size, version.excerpt = file.media_type, file.size, file.excerpt
    session.add(version)
