"""How a question reads in a list."""

from typing import Any, Final

from flask import url_for

from maillage.network.questions.queries import QuestionLine
from maillage.network.questions.states import LEVEL_LABELS, STATUS_LABELS, Level, Status
from maillage.network.themes import theme_label
from maillage.web.templating import ago

TONES: Final = {Status.OPEN: "amber", Status.ANSWERED: "green", Status.CLOSED: "grey"}


def line(one: QuestionLine) -> dict[str, Any]:
    """As `components/lists.html` draws it."""
    count = f"{one.answers} réponse{'s' if one.answers > 1 else ''}" if one.answers else "Sans réponse"
    asked = LEVEL_LABELS[one.level] if one.level != Level.GROUP else one.group_name
    waits = one.status == Status.OPEN
    return {
        "href": url_for("questions.show", question_id=one.id),
        "title": one.title,
        "meta": [theme_label(one.theme), asked],
        "state": count if waits else STATUS_LABELS[one.status],
        "tone": "blue" if waits and one.answers else TONES[Status(one.status)],
        "since": ago(one.asked_at),
        "since_iso": one.asked_at.isoformat(),
    }
