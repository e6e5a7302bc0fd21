"""What an instance needs to be well: each part looked at by itself, whatever is wrong with the others."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import func, select, text

from maillage.directory.engine import engine
from maillage.directory.searching import engine_answers
from maillage.kernel import anchors, clock, content_keys, jobs, outbox, schema, uploads
from maillage.kernel.db import db, session, transaction
from maillage.kernel.jobs import ChoreRun
from maillage.kernel.lifecycle import Erasure
from maillage.notifications.mailer import LOOPBACK, SmtpMailer, mailer_from
from maillage.notifications.returns import queries as returns
from maillage.operations import config
from maillage.operations.backup import last_made
from maillage.operations.findings import Finding, advice, fine, looked, wrong
from maillage.settings import Settings

LEAST_FREE: Final = 1 << 30
OLDEST_POSTGRESQL: Final = 150_000
LARGEST_SKEW: Final = timedelta(seconds=20)  # codes of applications live 30 seconds
LATE_COPY: Final = timedelta(days=2)
LOOKED_BACK: Final = timedelta(days=30)
LATE_TICK, LATE_ANCHOR = timedelta(minutes=15), timedelta(hours=3)
Check = Callable[[Settings], Finding]


def before_start(settings: Settings) -> Iterator[Finding]:
    """What can be looked at without an application."""
    yield looked("disk", "Check MAILLAGE_DATA_DIR and who owns it.", partial(_disk, settings))
    yield looked("key ring", "Check MAILLAGE_KEYRING_FILE and who owns it.", partial(config.key_ring, settings))


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything else, inside the application. Without its database, only what does not need it."""
    reachable = looked("database", "Start it, and check MAILLAGE_DATABASE_URL.", partial(_database, settings))
    yield reachable
    migrated = looked("migrations", "Mend the database first.", _migrations)
    yield migrated
    if not (reachable.remedy or migrated.remedy):
        for name, (remedy, check) in _WITH_DATABASE.items():
            yield looked(name, remedy, partial(check, settings))
            session().rollback()
    for name, (remedy, check) in _BESIDE.items():
        yield looked(name, remedy, partial(check, settings))


def _disk(settings: Settings) -> Finding:
    root = settings.paths.root
    if not root.is_dir():
        return wrong("disk", f"{root} is not there", "`maillage init` makes it, or mend MAILLAGE_DATA_DIR.")
    if root.stat().st_mode & 0o077:
        return wrong("disk", f"{root} is open to others", f"chmod 700 {root}")
    free = shutil.disk_usage(root).free
    told = f"{free / 1e9:.0f} GB free"
    return fine("disk", told) if free >= LEAST_FREE else wrong("disk", told, "Make room: at least 1 GB.")


def _database(settings: Settings) -> Finding:
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            told = connection.scalar(text("PRAGMA quick_check(1)"))
            again = "Stop the instance and put the last copy back: `maillage restore`."
            return fine("database", "SQLite, whole") if told == "ok" else wrong("database", "damaged", again)
        version = int(connection.scalar(text("SHOW server_version_num")) or 0)
    if version < OLDEST_POSTGRESQL:
        return wrong("database", f"PostgreSQL {version // 10_000}", "Upgrade the server to 15 or later.")
    return fine("database", f"PostgreSQL {version // 10_000}")


def _migrations() -> Finding:
    if schema.pending_migrations():
        return wrong("migrations", "the database is not of this version", "Run `maillage db upgrade`.")
    return fine("migrations", "up to date")


def _walls(settings: Settings) -> Finding:
    found = schema.weaknesses()
    if not found:
        return fine("walls", "organisations are held apart")
    how = "Serve as a role that owns nothing (docs/operations.md), then run `maillage db upgrade`."
    told = "; ".join(found)
    return wrong("walls", told, how) if settings.production else advice("walls", told, how)


def _owner(settings: Settings) -> Finding:
    if not settings.database_owner_url:
        return fine("owner", "not named")
    with schema.owner() as connection:
        owns = text("SELECT bool_and(pg_has_role(tableowner, 'MEMBER')) FROM pg_tables WHERE schemaname = 'public'")
        if connection.dialect.name == "postgresql" and not connection.scalar(owns):
            return wrong("owner", "does not own the tables", "Name their owner in MAILLAGE_DATABASE_OWNER_URL.")
    return fine("owner", "reaches its tables")


def _writing(_: Settings) -> Finding:
    """By writing: a database that is full, or may only be read, answers every question."""
    with transaction() as tx:
        tx.merge(ChoreRun(name="doctor", lease_until=clock.now()))
    return fine("writing", "the database takes what is written")


def _canaries(_: Settings) -> Finding:
    content_keys.check_ring(session())
    return fine("keys", f"the ring opens what is sealed, {content_keys.ring().active} wraps")


def _clock(_: Settings) -> Finding:
    """Against the server of the database, and against what was written last: a clock that was put back is behind it."""
    here = clock.now()
    if db.engine.dialect.name == "postgresql":
        there = session().scalar(select(func.clock_timestamp()))
    else:
        last = jobs.last_tick(session())
        there = max(here, last) if last else here
    skew = abs(here - (there or here))
    if skew > LARGEST_SKEW:
        return wrong("clock", f"{skew.total_seconds():.0f} s from that of the database", "Let NTP set both clocks.")
    return fine("clock", f"{skew.total_seconds():.1f} s from that of the database")


def _ticks(_: Settings) -> Finding:
    last = jobs.last_tick(session())
    how = "Start `maillage serve`, or `maillage worker` beside the web processes."
    if last is None:
        return advice("background work", "never ran", how)
    if clock.now() - last > LATE_TICK:
        return wrong("background work", f"ran last {_ago(last)}", how)
    return fine("background work", f"ran {_ago(last)}")


def _outbox(_: Settings) -> Finding:
    since = outbox.oldest_waiting(session())
    if since and clock.now() - since > outbox.LATE:
        how = "See that a worker runs, and its log for `job failed`."
        return wrong("waiting jobs", f"one is due since {_ago(since)}", how)
    return fine("waiting jobs", "none is late")


def _dead_letters(_: Settings) -> Finding:
    count = outbox.count_dead(session())
    if count:
        how = "Mend the cause, then replay them from the page of the platform (/plateforme/envois)."
        return wrong("dead letters", f"{count} jobs gave up", how)
    return fine("dead letters", "none")


def _ledger(settings: Settings) -> Finding:
    late = Erasure.noted_at.is_(None) & (Erasure.at < clock.now() - LATE_TICK)
    count = session().scalar(select(func.count()).select_from(Erasure).where(late)) or 0
    if count:
        how = f"See that jobs run and that {settings.paths.erasures} can be written."
        return wrong("erasures", f"{count} are not in the ledger", how)
    return fine("erasures", "all in the ledger")


def _audit(settings: Settings) -> Finding:
    broken = anchors.verify(session(), settings.paths.anchors)
    if broken:
        how = "Keep everything as it is and follow docs/breach.md; `maillage audit verify` names the rest."
        return wrong("audit", str(broken[0]), how)
    return fine("audit", "every chain is whole")


def _anchors(settings: Settings) -> Finding:
    path = settings.paths.anchors
    last = session().scalar(select(ChoreRun.last_at).where(ChoreRun.name == "audit.anchor"))
    if last is None:
        return advice("anchors", "none yet", "The background work makes one an hour.")
    if not path.exists():
        return wrong("anchors", f"{path.name} is gone", "Put it back from the last copy: see docs/breach.md.")
    if clock.now() - last > LATE_ANCHOR:
        return wrong("anchors", f"the last is of {_ago(last)}", "See that the background work runs.")
    return fine("anchors", f"looked at {_ago(last)}")


def _copies(settings: Settings) -> Finding:
    last = last_made(settings.paths)
    if last is not None and clock.now() - last <= LATE_COPY:
        return fine("copies", f"the last was made {_ago(last)}")
    told = f"the last was made {_ago(last)}" if last else "none was made"
    how = "Run `maillage backup FOLDER` every day: deploy/systemd has a timer."
    return wrong("copies", told, how) if settings.production else advice("copies", told, how)


def _search(settings: Settings) -> Finding:
    if not engine_answers():
        how = "Start the cluster, or mend MAILLAGE_SEARCH_URL; pages answer from the database meanwhile."
        return wrong("search", "the engine does not answer", how)
    if engine().needs_rebuild:
        return wrong("search", "the index must be made again", "Run `maillage search rebuild`.")
    return fine("search", settings.search_cluster or "embedded")


def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return fine("redis", "not used")
    from maillage.rq_workers import queue_at  # noqa: PLC0415  8 MB, for those who run several workers

    waiting = queue_at(settings.redis_url).count
    return fine("redis", f"answers, {waiting} ids wait")


def _mail(settings: Settings) -> Finding:
    mailer = mailer_from(settings.mail_url, production=settings.production)
    if not isinstance(mailer, SmtpMailer):
        return fine("mail", f"{settings.mail_url.partition(':')[0]}, no server")
    if mailer.greet():
        return fine("mail", "the server answers, over TLS")
    how = "Use smtps://, or a server that offers STARTTLS."
    if mailer.host in LOOPBACK:
        return fine("mail", "the server of this machine answers")
    return wrong("mail", "the server speaks in clear", how)


def _returns(_: Settings) -> Finding:
    """Forged ones change nothing; many of them may be somebody's attempt."""
    found = returns.counted(session(), clock.today() - LOOKED_BACK)
    told = ", ".join(f"{times} {outcome}" for outcome, times in sorted(found.items()))
    return fine("returned mails", told or "none in 30 days")


def _scanner(settings: Settings) -> Finding:
    if not settings.clamav_url:
        return advice("clamav", "not used", "Files are checked and cleaned, not searched: name one.")
    if uploads.scanner_answers(settings.clamav_url):
        return fine("clamav", "answers")
    return wrong("clamav", "does not answer", "Start clamd: no document is taken meanwhile.")


def _ago(moment: datetime) -> str:
    seconds = int((clock.now() - moment).total_seconds())
    if seconds < 120:
        return f"{seconds} s ago"
    return f"{seconds // 60} min ago" if seconds < 7200 else f"{seconds // 3600} h ago"


_WITH_DATABASE: dict[str, tuple[str, Check]] = {
    "walls": ("See docs/operations.md, two roles.", _walls),
    "owner": ("Check MAILLAGE_DATABASE_OWNER_URL.", _owner),
    "writing": ("Make room on its disk, or take off what makes it read-only.", _writing),
    "keys": ("Put back the ring that this database was sealed with.", _canaries),
    "clock": ("Let NTP set the clock.", _clock),
    "background work": ("See its log.", _ticks),
    "waiting jobs": ("See its log.", _outbox),
    "dead letters": ("See its log.", _dead_letters),
    "erasures": ("See its log.", _ledger),
    "returned mails": ("See its log.", _returns),
    "audit": ("Run `maillage audit verify`.", _audit),
    "anchors": ("Run `maillage audit anchor`.", _anchors),
}
_BESIDE: dict[str, tuple[str, Check]] = {
    "copies": ("Run `maillage backup FOLDER`.", _copies),
    "search": ("Mend MAILLAGE_SEARCH_URL, or run `maillage search rebuild`.", _search),
    "redis": ("Start it, or mend MAILLAGE_REDIS_URL; jobs run without it, more slowly.", _redis),
    "mail": ("Start the server, or mend MAILLAGE_MAIL_URL; mails wait meanwhile.", _mail),
    "clamav": ("Start clamd: no document is taken meanwhile.", _scanner),
}
