"""Pages of what somebody ordered and does not wait for: how far it is, what it ended in, stopping it."""

from typing import Final
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel import background
from maillage.kernel.background import BackgroundTask, TaskState
from maillage.kernel.db import session
from maillage.web import navigation
from maillage.web.authz import actor, requires

blueprint = Blueprint("tasks", __name__, url_prefix="/taches")

STATES: Final = {
    TaskState.WAITING: ("En attente", "grey"),
    TaskState.RUNNING: ("En cours", "blue"),
    TaskState.DONE: ("Terminé", "green"),
    TaskState.FAILED: ("Échec", "red"),
    TaskState.CANCELLED: ("Annulé", "grey"),
}
ERRORS: Final = {
    background.WORKER_DIED: "Le travail s’est interrompu plusieurs fois. L’hébergeur en est prévenu.",
    background.FAILED: "Quelque chose a empêché ce travail, plusieurs fois de suite. Réessayez plus tard.",
}
AGAIN: Final = "Relancez la demande depuis la page d’où elle venait."


def register(app: Flask) -> None:
    app.register_blueprint(blueprint)
    navigation.link(app, "tasks", "tasks.index")


@blueprint.get("")
@requires()
def index() -> ResponseReturnValue:
    tasks = background.tasks_of(session(), actor())
    return render_template("tasks/index.html", tasks=tasks, kind_of=background.kind_of, states=STATES, counted=counted)


@blueprint.get("/<uuid:task_id>")
@requires()
def show(task_id: UUID) -> ResponseReturnValue:
    task = background.task_of(session(), actor(), task_id)
    kind = background.kind_of(task)
    label, back = kind.back(task.params)
    return render_template(
        "tasks/show.html",
        task=task,
        kind=kind,
        state=STATES[TaskState(task.state)],
        counted=counted(task),
        why={**kind.errors, **ERRORS}.get(task.error or "", AGAIN),
        back=back,
        back_label=label,
        file=url_for("tasks.take" if kind.fresh else "tasks.download", task_id=task.id) if task.file else None,
    )


@blueprint.post("/<uuid:task_id>/annuler")
@requires()
def cancel(task_id: UUID) -> ResponseReturnValue:
    background.cancel(actor(), task_id=task_id)
    flash("C’est noté : le travail s’arrête.", "success")
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@blueprint.get("/<uuid:task_id>/fichier")
@requires()
def download(task_id: UUID) -> ResponseReturnValue:
    return _file(task_id, fresh=False)


@blueprint.get("/<uuid:task_id>/fichier-protege")
@requires(fresh=True)
def take(task_id: UUID) -> ResponseReturnValue:
    """What may only leave with somebody who has just proved who they are."""
    return _file(task_id, fresh=True)


def counted(task: BackgroundTask) -> str:
    """« 7 sur 12 services », and once it is done « 12 services »."""
    one, several = background.kind_of(task).unit
    unit = several if task.total > 1 else one
    return f"{task.total} {unit}" if task.state == TaskState.DONE else f"{task.done} sur {task.total} {unit}"


def _file(task_id: UUID, *, fresh: bool) -> Response:
    task, chunks = background.opened_file(session(), actor(), task_id, fresh=fresh)
    disposition = f'attachment; filename="{task.file_name}"'
    answer = Response(chunks, mimetype="application/octet-stream", headers={"Content-Disposition": disposition})
    answer.content_length = task.file_size or 0
    return answer
