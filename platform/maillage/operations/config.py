"""What can be said of settings before anything starts: names mistyped, files missing or open to others, addresses."""

import os
import stat
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from maillage.notifications.mailer import mailer_from
from maillage.notifications.texter import texter_from
from maillage.operations.findings import Finding, advice, fine, wrong
from maillage.settings import Settings, SettingsError

PREFIX = "MAILLAGE_"
ASIDE = {"MAILLAGE_BENCH_DATA"}  # of the benchmarks


def unknown_names(environment: Mapping[str, str]) -> Iterator[Finding]:
    """A mistyped setting is silently its default."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | ASIDE
    for name in sorted(name for name in environment if name.startswith(PREFIX) and name not in known):
        near = get_close_matches(name, known, 1)
        yield wrong(name, "no such setting", f"Did you mean {near[0]}?" if near else "Remove it.")


def refusals(error: ValidationError) -> Iterator[Finding]:
    """What the settings themselves refuse; the sentence is its own remedy."""
    for one in error.errors():
        name = PREFIX + str(one["loc"][0]).upper() if one["loc"] else "settings"
        yield wrong(name, one["msg"].removeprefix("Value error, "), "Set it, then ask again.")


def check(settings: Settings) -> Iterator[Finding]:
    """One finding for each thing that an address, a file or a combination may get wrong."""
    yield fine("environment", settings.env.value)
    yield _secret_key(settings)
    yield key_ring(settings)
    yield _mail(settings)
    yield _owner(settings)
    yield _proxy(settings)
    yield _audit_mail(settings)
    if settings.breached_passwords_file and not os.access(settings.breached_passwords_file, os.R_OK):
        yield wrong("breached passwords", "the file cannot be read", "Mend MAILLAGE_BREACHED_PASSWORDS_FILE.")


def key_ring(settings: Settings) -> Finding:
    """There, and read by its owner only."""
    path = settings.effective_keyring
    if not path.is_file():
        if not settings.production:
            return fine("key ring", "made at the first start")
        again = "Put the saved ring back; on a new instance, `maillage init` makes one."
        return wrong("key ring", f"{path.name} is missing", again)
    return _covered("key ring", path)


def _secret_key(settings: Settings) -> Finding:
    path = settings.secret_key_file or settings.paths.secret_key
    if settings.secret_key is not None:
        return fine("secret key", "in the environment")
    if path.is_file():
        return _covered("secret key", path)
    if settings.production:
        return wrong("secret key", "none", "`maillage init` makes one, or set MAILLAGE_SECRET_KEY_FILE.")
    return fine("secret key", "made at the first start")


def _covered(name: str, path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return wrong(name, f"{path} is open to others ({mode:03o})", f"chmod 400 {path}")
    return fine(name, f"{path.name}, read by its owner only")


def _mail(settings: Settings) -> Finding:
    try:
        mailer_from(settings.mail_url, production=settings.production)
    except SettingsError as error:
        return wrong("mail", str(error), "Mend MAILLAGE_MAIL_URL.")
    if settings.production and settings.mail_from == Settings.model_fields["mail_from"].default:
        return wrong("mail", "leaves under an address of an example", "Set MAILLAGE_MAIL_FROM.")
    return fine("mail", urlsplit(settings.mail_url).scheme)


def _texts(settings: Settings) -> Finding:
    try:
        texter_from(settings.sms_url)
    except SettingsError as error:
        return wrong("text messages", str(error), "Mend MAILLAGE_SMS_URL.")
    return fine("text messages", urlsplit(settings.sms_url).scheme or "none are sent")


def _owner(settings: Settings) -> Finding:
    if not settings.database_url.startswith("postgresql"):
        return fine("database", "SQLite in the data folder")
    if settings.database_owner_url in ("", settings.database_url):
        how = "Set MAILLAGE_DATABASE_OWNER_URL for `maillage db upgrade`, `backup` and `restore`."
        return advice("database", "PostgreSQL, its owner not named", how)
    return fine("database", "PostgreSQL, its owner apart")


def _proxy(settings: Settings) -> Finding:
    if settings.https and not settings.proxies:
        how = "Set MAILLAGE_PROXIES=1 behind one proxy, or all visitors are throttled as one."
        return advice("proxy", "https without a proxy that says for whom it asks", how)
    return fine("proxy", f"{settings.proxies} in front")


def _audit_mail(settings: Settings) -> Finding:
    if settings.production and not settings.audit_email:
        how = "Set MAILLAGE_AUDIT_EMAIL to a mailbox outside this machine."
        return advice("audit mail", "the fingerprint of the audit trail goes nowhere", how)
    return fine("audit mail", settings.audit_email or "none")
