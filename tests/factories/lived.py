"""An instance that was used for a while, to be saved, lost and put back."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

from flask import Flask
from services.postgres import APPLICATION, create_database
from sqlalchemy.engine import make_url

from factories.accounts import sign_in
from factories.bulk import multiply
from factories.files import pdf
from factories.referrals import Town, make_referral, make_town, stored
from maillage.app import create_app
from maillage.kernel import anchors, jobs
from maillage.kernel.db import db, session
from maillage.kernel.uploads import Upload
from maillage.referrals.attachments import service as documents
from maillage.referrals.rights import service as rights
from maillage.referrals.states import State
from maillage.settings import Settings
from maillage.setup import prepare


@dataclass(frozen=True)
class Lived:
    """`kept` is a situation with a referral and a document; `erased_before` is gone and `erased_after` will be."""

    settings: Settings
    app: Flask
    town: Town
    kept: UUID
    erased_before: UUID
    erased_after: UUID

    def erase(self, situation_id: UUID) -> None:
        """And leave nothing connected, as when the processes stop."""
        with self.app.app_context():
            rights.erase(self.town.landlord.actor, situation_id=situation_id)
            jobs.drain()
            leave()


def live(folder: Path, referrals: int, postgres_url: str = "") -> Lived:
    """An instance in `folder` with so many referrals, whose processes have stopped."""
    settings = settings_for(folder, postgres_url)
    app = create_app(settings)
    prepare(app)
    with app.app_context():
        town = make_town()
        sent = [make_referral(town, State.ACCEPTED) for _ in range(3)]
        files = settings.paths.files / "referrals"
        files.mkdir(exist_ok=True)
        upload = Upload("attestation.pdf", "application/pdf", pdf())
        documents.attach(town.landlord.actor, referral_id=sent[0], upload=upload, folder=files)
        multiply(sent[0], referrals - len(sent))
        sign_in(app.test_client(), town.landlord.user, town.landlord.org)
        situations = [stored(referral_id).situation_id for referral_id in sent]
        jobs.drain()
        anchors.anchor(session(), settings.paths.anchors)
        leave()
    lived = Lived(settings, app, town, *situations)
    lived.erase(lived.erased_before)
    return lived


def settings_for(folder: Path, postgres_url: str) -> Settings:
    """Of an instance in `folder`, on a new database of this server when one is named."""
    cheap = {"throttle": False, "argon2_memory_kib": 1024, "argon2_time": 1}
    if not postgres_url:
        return Settings(data_dir=folder, **cheap)
    url = make_url(postgres_url)
    name = f"lived_{Random().getrandbits(64):x}"
    create_database(f"postgresql://{url.username}@{url.host}:{url.port}", name)
    owner = url.set(database=name)
    told = [one.render_as_string(hide_password=False) for one in (owner.set(username=APPLICATION), owner)]
    return Settings(data_dir=folder, database_url=told[0], database_owner_url=told[1], **cheap)


def leave() -> None:
    db.session.remove()
    db.engine.dispose()
