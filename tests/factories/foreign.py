"""Addresses that name a thing of somebody else's, or nothing at all, knocked at by one and the same stranger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from factories.accounts import bearer, sign_in
from factories.files import pdf
from factories.grids import fill_in
from factories.links import let_in, make_unknown, sent_by_link
from factories.referrals import Town, make_referral, stored
from maillage.kernel.uploads import Upload
from maillage.referrals.attachments import service as documents
from maillage.referrals.states import State


@dataclass(frozen=True)
class Door:
    """`path` has a place for the id; `client` is somebody who has no part in `foreign`."""

    client: FlaskClient
    path: str
    foreign: UUID
    headers: Mapping[str, str] = field(default_factory=dict)
    post: Mapping[str, Any] | None = None

    def knock(self, thing: UUID) -> TestResponse:
        method = "GET" if self.post is None else "POST"
        return self.client.open(self.path.format(thing), method=method, headers=self.headers, **self.post or {})

    def ask_foreign(self) -> TestResponse:
        return self.knock(self.foreign)

    def ask_unknown(self) -> TestResponse:
        return self.knock(uuid4())


def doors(app: Flask, town: Town, folder: Path) -> dict[str, Door]:
    """Each address at which something about a person is read or done."""
    referral_id = make_referral(town, State.ACCEPTED)
    situation_id = stored(referral_id).situation_id
    folder.mkdir(exist_ok=True)
    upload = Upload("courrier.pdf", "application/pdf", pdf())
    document_id = documents.attach(town.landlord.actor, referral_id=referral_id, upload=upload, folder=folder)
    grid_id = fill_in(town.landlord.actor, situation_id, "visit", visit={"why": "Voir."})
    outsider = sign_in(app.test_client(), town.stranger.user, town.stranger.org)
    program = app.test_client()
    headers = bearer(town.stranger.user, town.stranger.org)
    unknown = make_unknown()
    (guest_of, _), (elsewhere, _) = sent_by_link(town, unknown), sent_by_link(town, unknown)
    guest = let_in(app.test_client(), guest_of, path="/")
    found = {
        "referral": Door(outsider, "/orientations/{}", referral_id),
        "situation": Door(outsider, "/situations/{}", situation_id),
        "file": Door(outsider, "/situations/{}/suivi", situation_id),
        "grid": Door(outsider, "/grilles/{}", grid_id),
        "reveal": Door(outsider, "/orientations/{}/identite", referral_id, post={"data": {"reason": "check"}}),
        "documents": Door(outsider, "/orientations/{}/documents", referral_id),
        "document": Door(outsider, f"/orientations/{referral_id}/documents/{{}}", document_id),
        "API referral": Door(program, "/api/v1/referrals/{}", referral_id, headers),
        "API history": Door(program, "/api/v1/referrals/{}/history", referral_id, headers),
        "API event": Door(
            program, "/api/v1/referrals/{}/events", referral_id, headers, post={"json": {"event": "start"}}
        ),
        "link": Door(guest, "/reponse/{}", elsewhere),
    }
    for door in found.values():
        door.ask_unknown()  # the trace that a session leaves every few minutes, caches of statements
    return found
