from datetime import datetime
from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.network.news import notices
from maillage.network.news.models import News, NewsComment, NewsGroup
from maillage.network.news.service import sending


@jobs.handles(notices.JOB_SEND, opens=(News, NewsGroup))
def send(_job_id: UUID, payload: dict[str, Any]) -> None:
    sending.send(UUID(payload["news_id"]), datetime.fromisoformat(payload["send_at"]))


@jobs.handles(notices.JOB_RELAYED, opens=(News, NewsGroup))
def send_on(_job_id: UUID, payload: dict[str, Any]) -> None:
    sending.send_on(UUID(payload["news_id"]), UUID(payload["group_id"]))


@jobs.handles(notices.JOB_COMMENTED, opens=(News, NewsComment))
def tell_commented(_job_id: UUID, payload: dict[str, Any]) -> None:
    sending.tell_commented(UUID(payload["comment_id"]))
