"""What follows from saying that somebody is opposed to a person, as the side that said so may read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.referrals.content import Person
from maillage.referrals.household.content import FileContent
from maillage.referrals.household.models import HouseholdFile
from maillage.referrals.household.queries import household_of
from maillage.referrals.household.sealing import open_file
from maillage.referrals.models import Situation
from maillage.referrals.queries.bars import hash_of
from maillage.referrals.queries.scope import existing_situations, visible_situations
from maillage.referrals.sealing import open_content, situation_key
from maillage.referrals.similar.digests import Kind, digests_of
from maillage.referrals.similar.models import SituationDigest


@dataclass(frozen=True, slots=True)
class Opposed:
    """Somebody who is opposed, by the name that was given; none where only files were parted.

    `apart`: the organisation follows them, out of sight. `met`: it seems to follow somebody of that name, and nobody
    has said yet whether it is them; `reference`: of that file, where the reader may read it.
    """

    name: str
    apart: bool = False
    met: bool = False
    reference: str = ""


def opposed_persons(session: Session, actor: Actor, situation: Situation) -> list[Opposed]:
    """Who is opposed to the person of a situation that was loaded for the actor, in the order in which it was said."""
    key = situation_key(session, situation.id)
    parted = [it for it in _file(session, situation, key).kept_apart if it.told]
    hashes = {hash_of(it.name) for it in parted}
    found = []
    for name in open_content(key, situation).opposed:
        apart = hash_of(name) is not None and hash_of(name) in hashes
        found.append(Opposed(name, apart=True) if apart else _met(session, actor, situation, name))
    return found + [Opposed("", apart=True) for it in parted if hash_of(it.name) is None]


def namesakes(session: Session, situation: Situation, name: str) -> Sequence[UUID]:
    """Situations of the same organisation about somebody of this name, those parted from this one aside."""
    first, _, last = name.partition(" ")
    digest = digests_of(Person(first_name=first, last_name=last), situation.org_id, "").get(Kind.NAME)
    if digest is None:
        return []
    parted = {it.situation_id for it in _file(session, situation, situation_key(session, situation.id)).kept_apart}
    known = {*parted, *household_of(session, situation.id)}
    alike = select(SituationDigest.situation_id).where(
        SituationDigest.org_id == situation.org_id,
        SituationDigest.kind == Kind.NAME,
        SituationDigest.digest == digest,
        SituationDigest.situation_id.not_in(known),
    )
    return session.scalars(alike).all()


def _met(session: Session, actor: Actor, situation: Situation, name: str) -> Opposed:
    """As far as the actor may know of those files: not of one that is shut or kept apart from them."""
    there = Situation.id.in_(namesakes(session, situation, name))
    if session.scalar(existing_situations(actor).where(there).limit(1)) is None:
        return Opposed(name)
    readable = session.scalars(visible_situations(actor).where(there)).all()
    return Opposed(name, met=True, reference=readable[0].reference if len(readable) == 1 else "")


def _file(session: Session, situation: Situation, key: bytes) -> FileContent:
    file = session.get(HouseholdFile, situation.id)
    return open_file(key, file) if file is not None else FileContent()
