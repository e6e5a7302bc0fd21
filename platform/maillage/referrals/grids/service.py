"""Filling a grid about a person. Each verb owns its transaction: what is sealed and its audit entry together."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, db
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.referrals import policy, screening
from maillage.referrals.grids.models import FilledGrid
from maillage.referrals.grids.queries import Filled, draft_of, filled
from maillage.referrals.grids.sealing import seal_answers
from maillage.referrals.household.service import note_read
from maillage.referrals.models import Situation
from maillage.referrals.queries import load_situation, visible_situations
from maillage.referrals.sealing import situation_key
from maillage.surveys import grids
from maillage.surveys.answers import Answer, Answers, accepted
from maillage.surveys.definition import Grid, Kind, Section

STALE = "Cette grille a été remplie ailleurs entre-temps. Rechargez la page avant de continuer."
JOINED = "Cette grille est jointe au dossier : elle ne change plus. Reprenez-la pour en remplir une nouvelle."
EMPTY = "Renseignez au moins une réponse avant de joindre la grille au dossier."
UNKNOWN = "Vous n’avez pas de situation de cette référence."


def begin(actor: Actor, *, situation_id: UUID, code: str) -> UUID:
    """Begin a grid about a person, or go on with the draft that there is of it. Raises NotFound."""
    policy.ensure_sends(actor)
    grid = _latest(code)
    with transaction() as session:
        situation = load_situation(session, actor, situation_id, lock=True)
        policy.ensure_agreed(situation)
        draft = draft_of(session, situation_id, code)
        return draft.id if draft is not None else _add(session, actor, situation, grid, {})


def situation_named(actor: Actor, *, reference: str) -> UUID:
    """The situation of this reference, as far as the actor may read it. Raises Invalid."""
    policy.ensure_sends(actor)
    wanted = Situation.reference == reference.strip().upper()
    found = db.session().scalar(visible_situations(actor).where(wanted))
    if found is None:
        raise Invalid(fields={"reference": UNKNOWN})
    return found.id


def open_grid(actor: Actor, *, grid_id: UUID) -> Filled:
    """What was filled, for who may read the file; that it was read is noted. Raises NotFound."""
    note_read(actor, situation_id=filled(db.session(), actor, grid_id).situation.id)
    return filled(db.session(), actor, grid_id)


def fill(actor: Actor, *, grid_id: UUID, section: str, given: Answers, version: int | None = None) -> None:
    """Keep the answers to one section, in the place of those it had. Raises Invalid, Conflict, NotFound."""
    with transaction() as session:
        found = _draft(session, actor, grid_id, version)
        part = found.grid.section(section)
        if part is None:
            raise NotFound()
        country = found.row.country
        kept = accepted(part, country, given)
        _screen(part, country, kept)
        asked = {it.code for it in part.asked(country)}
        answers = {code: answer for code, answer in found.answers.items() if code not in asked} | kept
        found.row.sealed = seal_answers(situation_key(session, found.situation.id), found.row, answers)
        found.row.version += 1
        found.row.updated_at = clock.now()
        audit.record(session, actor, "grid.fill", "situation", found.situation.id, grid=found.grid.code)


def join(actor: Actor, *, grid_id: UUID, version: int | None = None) -> None:
    """Join a draft to the person's file: from then on it does not change. Raises Invalid, Conflict, NotFound."""
    with transaction() as session:
        found = _draft(session, actor, grid_id, version)
        if not found.answers:
            raise Invalid(EMPTY)
        found.row.joined_at = found.row.updated_at = clock.now()
        audit.record(session, actor, "grid.join", "situation", found.situation.id, grid=found.grid.code)


def take_up(actor: Actor, *, grid_id: UUID) -> UUID:
    """Begin a new one from the answers of one that was joined, in today's wording. A draft there is stays as it is."""
    with transaction() as session:
        found = _written(session, actor, grid_id)
        if found.row.joined_at is None:
            return grid_id
        draft = draft_of(session, found.situation.id, found.row.code)
        if draft is not None:
            return draft.id
        grid = _latest(found.row.code)
        answers = _still_asked(grid, found.row.country, found.answers)
        return _add(session, actor, found.situation, grid, answers)


def remove(actor: Actor, *, grid_id: UUID) -> None:
    """Take a grid out of a file, draft or joined: written about somebody else, or by mistake. Raises NotFound."""
    with transaction() as session:
        found = _written(session, actor, grid_id)
        session.delete(found.row)
        audit.record(session, actor, "grid.remove", "situation", found.situation.id, grid=found.grid.code)


def _written(session: Session, actor: Actor, grid_id: UUID) -> Filled:
    """A grid in whose file the actor may write, locked."""
    policy.ensure_sends(actor)
    found = filled(session, actor, grid_id, lock=True)
    policy.ensure_agreed(found.situation)
    return found


def _draft(session: Session, actor: Actor, grid_id: UUID, version: int | None) -> Filled:
    found = _written(session, actor, grid_id)
    if found.row.joined_at is not None:
        raise Conflict(JOINED)
    if version not in (None, found.row.version):
        raise Conflict(STALE)
    return found


def _add(session: Session, actor: Actor, situation: Situation, grid: Grid, answers: Mapping[str, Answer]) -> UUID:
    assert actor.user_id is not None
    row = FilledGrid(
        id=new_id(), situation_id=situation.id, org_id=situation.org_id, user_id=actor.user_id,
        code=grid.code, grid_version=grid.version, country=actor.country,
    )  # fmt: skip
    row.sealed = seal_answers(situation_key(session, situation.id), row, dict(answers))
    session.add(row)
    audit.record(session, actor, "grid.begin", "situation", situation.id, grid=grid.code)
    return row.id


def _latest(code: str) -> Grid:
    grid = grids.latest(code)
    if grid is None:
        raise NotFound()
    return grid


def _still_asked(grid: Grid, country: str, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers that today's wording still takes."""
    kept: dict[str, Answer] = {}
    for section in grid.sections:
        for question in section.asked(country):
            if question.code in answers and question.kind is not Kind.COMPUTED:
                try:
                    kept |= accepted(section, country, {question.code: answers[question.code]})
                except Invalid:
                    continue  # another wording takes other answers: this one is asked again
    return kept


def _screen(section: Section, country: str, kept: Mapping[str, Answer]) -> None:
    """Refuse words that nobody may keep here. Raises Invalid."""
    typed = {it.code for it in section.asked(country) if it.kind is Kind.TEXT}
    wrong = {
        code: why for code, text in kept.items() if code in typed and (why := screening.refusal(str(text))) is not None
    }
    if wrong:
        raise Invalid(fields=wrong)
