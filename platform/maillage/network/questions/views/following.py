"""One question: its answers, and where it goes."""

from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.network.groups.policy import TAKE_PART
from maillage.network.questions import policy, queries, service
from maillage.network.questions.forms import AnswerForm, QuestionForm
from maillage.network.questions.queries import Thread
from maillage.network.questions.states import LEVEL_LABELS, STATUS_LABELS, Deed, Level, Role, Status, open_to, step_for
from maillage.network.questions.views.blueprint import blueprint
from maillage.network.questions.views.lines import TONES
from maillage.network.seats import seats
from maillage.network.themes import theme_label
from maillage.web.authz import actor, requires
from maillage.web.templating import moment

MOVES: Final[dict[str, tuple[Deed, str, str]]] = {
    "elargir": (Deed.WIDEN, "Poser à tout le réseau", "La question est posée à tout le réseau."),
    "confier": (Deed.ESCALATE, "Confier à la coordination", "La coordination est prévenue. Sa réponse reviendra ici."),
    "clore": (Deed.CLOSE, "Clore sans réponse", "La question est close."),
    "rouvrir": (Deed.REOPEN, "Rouvrir", "La question attend à nouveau une réponse."),
}


@blueprint.get("/<uuid:question_id>")
@requires(TAKE_PART)
def show(question_id: UUID) -> ResponseReturnValue:
    return _page(queries.thread(session(), actor(), question_id), AnswerForm())


@blueprint.post("/<uuid:question_id>/repondre")
@requires(TAKE_PART)
def answer(question_id: UUID) -> ResponseReturnValue:
    found = queries.thread(session(), actor(), question_id)
    form = AnswerForm()
    back = step_for(Deed.ANSWER, found.roles, found.question.status, found.question.level)
    if not form.accepted_by(
        lambda: service.answer(actor(), question_id=question_id, text=form.text.data, nobody=form.nobody.data)
    ):
        return _page(found, form)
    returned = back is not None and back.returns
    flash("Votre réponse revient à qui l’attendait." if returned else "Merci : votre réponse est publiée.", "success")
    return _back(question_id)


@blueprint.post("/<uuid:question_id>/reponses/<uuid:answer_id>/retenir")
@requires(TAKE_PART)
def accept(question_id: UUID, answer_id: UUID) -> ResponseReturnValue:
    service.accept(actor(), question_id=question_id, answer_id=answer_id)
    flash("Cette réponse est retenue : elle servira à qui se pose la même question.", "success")
    return _back(question_id)


@blueprint.post("/<uuid:question_id>/reponses/<uuid:answer_id>/retirer")
@requires(TAKE_PART)
def withdraw(question_id: UUID, answer_id: UUID) -> ResponseReturnValue:
    service.withdraw(actor(), question_id=question_id, answer_id=answer_id)
    flash("Les mots de cette réponse sont retirés.", "success")
    return _back(question_id)


@blueprint.post(f"/<uuid:question_id>/<any({', '.join(MOVES)}):slug>")
@requires(TAKE_PART)
def move(question_id: UUID, slug: str) -> ResponseReturnValue:
    deed, _, done = MOVES[slug]
    service.move(actor(), question_id=question_id, deed=deed)
    flash(done, "success")
    return _back(question_id)


@blueprint.route("/<uuid:question_id>/corriger", methods=["GET", "POST"])
@requires(TAKE_PART)
def correct(question_id: UUID) -> ResponseReturnValue:
    question, roles = queries.load(session(), actor(), question_id)
    policy.ensure(Deed.CORRECT, roles, question)
    form = QuestionForm(data={"title": question.title, "text": question.text, "theme": question.theme})
    if not form.accepted_by(lambda: service.correct(actor(), question_id=question_id, asked=form.asked())):
        page = render_template("network/questions/correct.html", form=form, question_id=question_id)
        return page, form.status
    flash("Votre question est corrigée.", "success")
    return _back(question_id)


def _back(question_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("questions.show", question_id=question_id), 303)


def _page(found: Thread, form: AnswerForm) -> ResponseReturnValue:
    question = found.question
    deeds = open_to(found.roles, question.status, question.level)
    page = render_template(
        "network/questions/question.html",
        form=form,
        found=found,
        question=question,
        theme_name=theme_label(question.theme),
        state=STATUS_LABELS[question.status],
        tone=TONES[Status(question.status)],
        level=LEVEL_LABELS[question.level],
        waits_above=question.level == Level.COORDINATION,
        answers=[_answer(found, one, Deed.ACCEPT in deeds) for one in found.answers],
        may={deed.value for deed in deeds},
        sheet_href=_sheet_href(found),
        moves=[
            {"href": url_for("questions.move", question_id=question.id, slug=slug), "label": label}
            for slug, (deed, label, _) in MOVES.items()
            if deed in deeds
        ],
    )
    return page, form.status


def _sheet_href(found: Thread) -> str:
    """Where what helped becomes something that others take up: in the question's group, or in one's own."""
    question = found.question
    if question.status != Status.ANSWERED:
        return ""
    mine = [one for one, network_id in seats(session(), actor()).groups.items() if network_id == question.network_id]
    if question.group_id is not None and Role.COORDINATOR in found.roles:
        mine.append(question.group_id)
    group_id = question.group_id if question.group_id in mine else next(iter(mine), None)
    place: dict[str, Any] = {"groupe": group_id, "nature": "experience", "question": question.id}
    return url_for("resources.create", **place) if group_id else ""


def _answer(found: Thread, one: queries.AnswerLine, may_accept: bool) -> dict[str, Any]:
    mine = one.user_id == actor().user_id
    place: dict[str, Any] = {"question_id": found.question.id, "answer_id": one.id}
    withdrawable = not one.withdrawn and policy.may_withdraw(actor(), found.roles, one.user_id)
    return {
        "author": "Vous" if mine else one.author,
        "organization": one.org_name,
        "when": moment(one.at),
        "iso": one.at.isoformat(),
        "body": one.text,
        "withdrawn": one.withdrawn,
        "accepted": one.accepted,
        "accept_href": url_for("questions.accept", **place)
        if may_accept and not (one.withdrawn or one.accepted)
        else "",
        "withdraw_href": url_for("questions.withdraw", **place) if withdrawable else "",
    }
