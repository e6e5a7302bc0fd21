"""For machines that watch: is the process up, is it ready, what are its figures."""

import hmac
from collections.abc import Callable

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest
from sqlalchemy import text

from maillage.kernel import clock, jobs, outbox
from maillage.kernel.db import session
from maillage.kernel.errors import NotFound
from maillage.web.authz import public

blueprint = Blueprint("health", __name__)

OLDEST_JOB = Gauge("maillage_outbox_oldest_seconds", "Age of the oldest due outbox row")
DEAD_JOBS = Gauge("maillage_outbox_dead", "Jobs that gave up and wait for somebody")
LAST_TICK = Gauge("maillage_chores_last_seconds", "Seconds since a chore last came to its end; -1 when none ever did")


@blueprint.get("/healthz")
@public("liveness probe")
def healthz() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public("readiness probe: states, no data")
def readyz() -> ResponseReturnValue:
    checks: dict[str, Callable[[], object]] = current_app.extensions["maillage_readiness"]
    report: dict[str, object] = {}
    for name, check in {"database": _database, "outbox_oldest_seconds": outbox_age, **checks}.items():
        try:
            report[name] = check()
        except Exception as error:  # a probe must answer whatever is broken
            report[name] = f"failed: {type(error).__name__}"
    told = {str(value).partition(":")[0] for value in report.values()}
    status = "degraded" if told & {"failed", "degraded"} else "ready"
    # What is degraded still serves: taking it out of service would leave nobody to answer.
    return jsonify(status=status, checks=report), 503 if "failed" in told else 200


@blueprint.get("/metrics")
@public("figures for Prometheus, behind a token of their own")
def metrics() -> ResponseReturnValue:
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(token.encode(), given.encode()):
        raise NotFound()
    OLDEST_JOB.set(outbox_age())
    DEAD_JOBS.set(outbox.count_dead(session()))
    LAST_TICK.set(_tick_age())
    return Response(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def outbox_age() -> int:
    """Seconds that the oldest due job has been waiting; 0 when nothing waits."""
    since = outbox.oldest_waiting(session())
    return max(0, int((clock.now() - since).total_seconds())) if since else 0


def _tick_age() -> int:
    last = jobs.last_tick(session())
    return int((clock.now() - last).total_seconds()) if last else -1


def _database() -> str:
    session().execute(text("SELECT 1"))
    return "ok"
