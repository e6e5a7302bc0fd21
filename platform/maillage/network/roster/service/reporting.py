"""The annual report: the coordination builds a form and sends it, each company answers, late ones are reminded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.network.groups.policy import coordinates
from maillage.network.groups.queries import coordinated
from maillage.network.roster import notices, policy, queries
from maillage.network.roster.models import AnswerKind, Report, ReportForm
from maillage.referrals.screening import points_to_somebody

MOST_QUESTIONS: Final = 40
LARGEST: Final = 10**12
BEFORE_DUE: Final = (timedelta(days=14), timedelta(days=3), timedelta(days=-1))
"""When those that have not answered are reminded: before the day, and the day after it."""


@dataclass(frozen=True, slots=True)
class Question:
    label: str
    kind: str
    hint: str = ""


def create_form(actor: Actor, *, title: str, due_on: date, form_id: UUID | None = None) -> UUID:
    """Begin a report; it is nobody's but the coordination's until it is sent."""
    _ensure_coming(actor, due_on)
    with transaction() as session:
        network = coordinated(session, actor)
        form = ReportForm(id=form_id or new_id(), network_id=network.id, title=title, due_on=due_on, questions=[])
        session.add(form)
        audit.record(session, actor, "roster.report_made", "report_form", form.id)
        return form.id


def add_question(actor: Actor, *, form_id: UUID, question: Question) -> None:
    """Raises Conflict once the form is sent: what was asked of some is asked of all."""
    with transaction() as session:
        form = _own_draft(session, actor, form_id)
        if len(form.questions) >= MOST_QUESTIONS:
            raise Invalid(f"{MOST_QUESTIONS} questions au plus.")
        code = f"q{max((int(one['code'][1:]) for one in form.questions), default=0) + 1}"
        form.questions = [*form.questions, {"code": code, **asdict(question)}]


def drop_question(actor: Actor, *, form_id: UUID, code: str) -> None:
    with transaction() as session:
        form = _own_draft(session, actor, form_id)
        form.questions = [one for one in form.questions if one["code"] != code]


def send_form(actor: Actor, *, form_id: UUID) -> None:
    """Ask every company of the network. Raises Invalid for a form without a question."""
    with transaction() as session:
        form = _own_draft(session, actor, form_id)
        if not form.questions:
            raise Invalid("Ajoutez au moins une question.")
        _ensure_coming(actor, form.due_on)
        form.sent_at = clock.now()
        audit.record(session, actor, "roster.report_sent", "report_form", form_id)
        _tell(session, form_id, "sent")


def answer(actor: Actor, *, form_id: UUID, org_id: UUID, given: Mapping[str, str], hand_in: bool) -> None:
    """Keep what a company answers; with `hand_in`, it counts from now on. Raises Invalid beside what is wrong."""
    if actor.user_id is None:
        raise Forbidden()
    with transaction() as session:
        form, network = queries.form_of(session, actor, form_id)
        policy.ensure_describes(actor, org_id=org_id, owner_id=network.org_id)
        queries.company(session, network.id, org_id)
        if form.sent_at is None:
            raise NotFound()
        answers = read_answers(form.questions, given, whole=hand_in)
        row = session.get(Report, (form_id, org_id))
        if row is None:
            row = Report(form_id=form_id, org_id=org_id, network_id=network.id)
            session.add(row)
        row.answers, row.updated_at, row.updated_by = answers, clock.now(), actor.user_id
        if hand_in:
            row.handed_in_at = clock.now()
            audit.record(session, actor, "roster.report_handed_in", "report_form", form_id)


def note_export(actor: Actor, *, form_id: UUID) -> None:
    with transaction() as session:
        audit.record(session, actor, "roster.report_exported", "report_form", form_id)


def read_answers(questions: list[dict[str, Any]], given: Mapping[str, str], *, whole: bool) -> dict[str, Any]:
    """What was typed, by the kind of each question; with `whole`, all of it must be there. Raises Invalid."""
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for question in questions:
        code, said = question["code"], given.get(question["code"], "").strip()
        if not said:
            if whole:
                wrong[code] = "Répondez, au besoin par 0 ou « sans objet »."
            continue
        try:
            found[code] = _READERS[question["kind"]](said)
        except ValueError as error:
            wrong[code] = str(error)
    if wrong:
        raise Invalid(fields=wrong)
    return found


def remind_due(now: datetime) -> int:
    """Leave a job for every reminder whose day has come, once each; returns how many."""
    jobs = 0
    with transaction() as session:
        for form, country in queries.to_remind(session, len(BEFORE_DUE)):
            step = sum(form.due_on - before <= now.astimezone(clock.ZONES[country]).date() for before in BEFORE_DUE)
            if step <= form.reminded:
                continue
            session.execute(update(ReportForm).where(ReportForm.id == form.id).values(reminded=step))
            _tell(session, form.id, f"reminder{step}")
            jobs += 1
    return jobs


def _own_draft(session: Session, actor: Actor, form_id: UUID) -> ReportForm:
    form, network = queries.form_of(session, actor, form_id)
    if not coordinates(actor, network.org_id):
        raise NotFound()
    if form.sent_at is not None:
        raise Conflict("Ce rapport est déjà envoyé : ses questions ne changent plus.")
    return form


def _ensure_coming(actor: Actor, due_on: date) -> None:
    if due_on <= clock.today(actor.country):
        raise Invalid(fields={"due_on": "Choisissez une date à venir."})


def _tell(session: Session, form_id: UUID, step: str) -> None:
    told = {"form_id": str(form_id), "step": step}
    outbox.enqueue(session, notices.JOB_REPORT, told, dedup_key=f"{notices.JOB_REPORT}:{form_id}:{step}")


def _number(said: str) -> float | int:
    try:
        value = float(said.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", "."))
    except ValueError:
        raise ValueError("Écrivez un nombre.") from None
    if not 0 <= value < LARGEST:
        raise ValueError("Écrivez un nombre positif.")
    return int(value) if value.is_integer() else round(value, 2)


def _text(said: str) -> str:
    if len(said) > 1000:
        raise ValueError("1000 caractères au plus.")
    if points_to_somebody(said):
        raise ValueError("Ce texte semble donner les coordonnées de quelqu’un : retirez-les.")
    return said


def _yes_no(said: str) -> bool:
    if said not in ("yes", "no"):
        raise ValueError("Répondez par oui ou par non.")
    return said == "yes"


_READERS = {AnswerKind.NUMBER: _number, AnswerKind.TEXT: _text, AnswerKind.YES_NO: _yes_no}
