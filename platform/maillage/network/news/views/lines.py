"""How a piece of news reads in a list."""

from typing import Any, Final

from flask import url_for

from maillage.network.news.queries import NewsLine
from maillage.network.news.states import STATUS_LABELS, Status
from maillage.web.templating import ago, moment

TONES: Final = {Status.DRAFT: "grey", Status.SCHEDULED: "blue", Status.SENT: "green"}


def line(one: NewsLine) -> dict[str, Any]:
    """As `components/lists.html` draws it; what left says its state by its date."""
    left = one.sent_at is not None
    return {
        "href": url_for("news.show", news_id=one.id),
        "title": one.title,
        "meta": [one.signed],
        "text": f"Partira {moment(one.send_at)}." if one.status == Status.SCHEDULED else "",
        "state": "" if left else STATUS_LABELS[one.status],
        "tone": TONES[Status(one.status)],
        "since": ago(one.sent_at) if left else "",
        "since_iso": one.sent_at.isoformat() if one.sent_at else "",
        "unread": one.unread,
    }
