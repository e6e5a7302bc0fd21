"""Saved, wiped, put back, proved, at the size of a federation: `make drill`, SIZE=100000 by default. Outside CI."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from harness import report
from services.postgres import postgres
from sqlalchemy import select

from factories.files import pdf
from factories.lived import Lived, leave, live, settings_for
from factories.process import own_process
from maillage.app import create_app
from maillage.kernel.db import session
from maillage.kernel.scope import wide_open
from maillage.kernel.uploads import Upload
from maillage.operations.backup import back_up
from maillage.operations.findings import Standing
from maillage.operations.restore import put_back, settle
from maillage.referrals.attachments import service as documents
from maillage.referrals.models import Referral, Situation

SIZE = int(os.environ.get("SIZE", "100000"))
DOCUMENTS = min(SIZE // 100, 500)
LONGEST = 15 * 60
T = TypeVar("T")


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield ""
        return
    with postgres() as url:
        yield url


def test_drill(server: str, tmp_path: Path) -> None:
    with own_process():
        lived, loading = timed(lambda: live(tmp_path / "old", SIZE, server))
        attach_some(lived)
        made, saving = timed(lambda: back_up(lived.settings, tmp_path / "copy.zip"))
        lived.erase(lived.erased_after)
        settings = settings_for(tmp_path / "new", server)
        settings.paths.ensure()
        shutil.copy(lived.settings.effective_keyring, settings.effective_keyring)
        ledger = shutil.copy(lived.settings.paths.erasures, tmp_path)
        shutil.rmtree(lived.settings.paths.root)  # the machine is lost: the copy, the ring and the ledger are not
        options = {"replace": False, "erasures": Path(ledger), "progress": lambda done, total: None}
        found, restoring = timed(lambda: put_back(settings, made.path, **options))
        app = create_app(settings)
        told, proving = timed(lambda: list(settle(app, found)))
        with app.app_context(), wide_open("a drill"):
            erased = session().get_one(Situation, lived.erased_after)
            gone = erased.sealed == b""
            leave()
    rows: dict[str, object] = {
        "referrals": SIZE,
        "copy, MB": round(made.size / 1e6),
        "loaded in, s": round(loading),
        "saved in, s": round(saving, 1),
        "put back in, s": round(restoring, 1),
        "brought up and proved in, s": round(proving, 1),
        f"put back and proved (at most {LONGEST} s)": round(restoring + proving, 1),
        "erased since and still erased": gone,
    }
    report(
        f"drill-{'postgresql' if server else 'sqlite'}",
        rows | {one.name: f"{one.standing}, {one.told}" for one in told},
    )
    assert gone and restoring + proving < LONGEST
    assert {one.name for one in told if one.standing is not Standing.FINE} == set()


def attach_some(lived: Lived) -> None:
    with lived.app.app_context(), wide_open("a drill"):
        upload = Upload("attestation.pdf", "application/pdf", pdf())
        folder = lived.settings.paths.files / "referrals"
        sender = lived.town.landlord.actor
        for referral_id in (
            session().scalars(select(Referral.id).where(Referral.erased_at.is_(None)).limit(DOCUMENTS)).all()
        ):
            documents.attach(sender, referral_id=referral_id, upload=upload, folder=folder)
        leave()


def timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start
