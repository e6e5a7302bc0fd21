"""What an erasure leaves in the files of a database: of what was sealed, and of its keys, not a byte."""

from pathlib import Path

import pytest
from sqlalchemy import select

from conftest import make_app
from factories.process import own_process
from factories.referrals import make_town
from integration.rights.test_erasure import everything_sealed, relayed_story
from maillage.kernel import jobs
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.db import db, session
from maillage.referrals.rights import service as rights

pytestmark = pytest.mark.security


def test_after_an_erasure_no_byte_of_the_file_opens(tmp_path: Path) -> None:
    """Every run of bytes that was sealed is looked for again in the database's files, write-ahead log included."""
    with own_process():
        app = make_app(tmp_path)  # of its own: whoever else still read it would keep its log from being emptied
        with app.app_context():
            town = make_town()
            situation_id, _ = relayed_story(town)
            sealed = [*session().scalars(select(ContentKey.wrapped)), *everything_sealed()]
            db.session.remove()
            rights.erase(town.landlord.actor, situation_id=situation_id)
            jobs.drain()
            db.session.remove()
            with db.engine.connect() as connection:
                busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            file = Path(str(db.engine.url.database))
            content = b"".join(found.read_bytes() for found in file.parent.glob(f"{file.name}*"))
            db.engine.dispose()
    assert not busy
    assert len(sealed) >= 8
    assert [value for value in sealed if value[:40] in content] == []
