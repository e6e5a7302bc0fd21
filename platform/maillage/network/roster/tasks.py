"""Who is told of a report: the people of each company that has not handed it in."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from maillage.accounts.models import Membership
from maillage.accounts.queries import recipients_among
from maillage.kernel import jobs
from maillage.kernel.db import transaction
from maillage.network.groups.models import NetworkCompany
from maillage.network.roster import notices, queries, service
from maillage.network.roster.models import Report, ReportForm
from maillage.notifications.service import post

ANSWERABLE = ("org_admin", "referent")


@jobs.handles(notices.JOB_REPORT, opens=(ReportForm, Report, NetworkCompany))
def tell_asked(_job_id: UUID, payload: dict[str, Any]) -> None:
    with transaction() as session:
        form = session.get(ReportForm, UUID(payload["form_id"]))
        if form is None:
            return
        people = select(Membership.user_id, Membership.org_id).where(Membership.org_id.in_(queries.late(session, form)))
        told = recipients_among(session, people, roles=ANSWERABLE)
        post(
            session,
            notice=notices.of_report(payload["form_id"]),
            recipients=told,
            dedup_key=f"report:{form.id}:{payload['step']}",
        )


@jobs.every(timedelta(hours=12), "roster.remind", opens=(ReportForm,))
def remind(now: datetime) -> None:
    service.remind_due(now)
