"""The words of our notices."""

from typing import Final

from maillage.notifications import kinds
from maillage.notifications.kinds import Group
from maillage.notifications.values import Notice

JOB_REPORT: Final = "roster.report_asked"

REPORT = kinds.register_plain("roster.report", "Rapport annuel demandé par votre réseau", Group.NETWORK)


def of_report(form_id: str) -> Notice:
    return Notice(REPORT.code, f"/reseau/rapports/{form_id}")
