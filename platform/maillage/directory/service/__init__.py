"""Verbs of the directory."""

from maillage.directory.service.availability import confirm_fresh, lapse_capacities, record_signal, set_capacity
from maillage.directory.service.editing import (
    close_service,
    create_service,
    hide_service,
    publish_service,
    update_service,
)
from maillage.directory.service.moderation import approve_revision, reject_revision, report_error, settle_report
from maillage.directory.service.needs import record_unmet_need
from maillage.directory.service.profile import ProfileContent, update_profile
from maillage.directory.service.projection import (
    forget_erased,
    index_drift,
    order_rebuild,
    project,
    project_organization,
    rebuild_index,
    reconcile,
    refill_index,
)

__all__ = [
    "ProfileContent",
    "approve_revision",
    "close_service",
    "confirm_fresh",
    "create_service",
    "forget_erased",
    "hide_service",
    "index_drift",
    "lapse_capacities",
    "order_rebuild",
    "project",
    "project_organization",
    "publish_service",
    "rebuild_index",
    "reconcile",
    "record_signal",
    "record_unmet_need",
    "refill_index",
    "reject_revision",
    "report_error",
    "set_capacity",
    "settle_report",
    "update_profile",
    "update_service",
]
