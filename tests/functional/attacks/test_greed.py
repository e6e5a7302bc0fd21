"""More than was asked for: fields of the tables added to forms, roles that nobody there may give."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from factories.hostile import bodies
from factories.html_forms import forms_of
from factories.world import IDENTITIES, Scene
from maillage.accounts.models import Membership, Organization, User
from maillage.directory.models import Service
from maillage.kernel.db import db, session
from maillage.referrals.models import Referral

pytestmark = pytest.mark.security

GREEDY = {
    "id": str(uuid4()), "org_id": str(uuid4()), "user_id": str(uuid4()), "state": "accepted", "status": "vetted",
    "role": "platform_admin", "kind": "host", "active": "0", "is_admin": "1", "require_mfa": "",
    "sender_org_id": str(uuid4()), "receiver_org_id": str(uuid4()), "source": "x", "verified_on": "2030-01-01",
}  # fmt: skip
WATCHED = (
    (Membership, "user_id", "org_id", "roles", "ended_at"),
    (Organization, "kind", "status", "country", "source"),
    (User, "active", "email", "password_hash"),
    (Service, "org_id", "status", "source_name", "verified_on"),
    (Referral, "sender_org_id", "receiver_org_id", "state", "version"),
)


@pytest.mark.parametrize("name", ["A.referent", "A.org_admin", "B.intake"])
def test_fields_that_a_form_does_not_show_change_nothing(scene: Scene, name: str) -> None:
    """Every form of every page, sent as it stands with fields of the tables added to it."""
    before = _watched()
    client, _ = scene.knock(IDENTITIES[name])
    pages = ("/compte/profil", "/administration/identite", "/notifications/preferences", "/mes-services/presentation")
    tried = 0
    for path in pages:
        for form in forms_of(client.get(path).text, path):
            if form.action == path:
                client.post(path, data=GREEDY | form.chosen | form.typed)
                tried += 1
    assert tried >= 2
    assert _watched() == before


def _watched() -> list[Any]:
    db.session.rollback()
    return [
        sorted(map(repr, session().execute(select(model.id, *(getattr(model, name) for name in names)))))
        for model, *names in WATCHED
    ]


def test_an_administrator_gives_no_role_of_the_host(scene: Scene) -> None:
    client, _ = scene.knock(IDENTITIES["A.org_admin"])
    invitation = {"email": "z@z.example", "name": "Z Z", "roles": "platform_admin"}
    assert client.post("/administration/membres/inviter", data=invitation).status_code == 422
    path = f"/administration/membres/{scene.people['A.referent']}/roles"
    assert client.post(path, data={"roles": ["referent", "platform_admin"]}).status_code == 422


def test_json_says_no_to_fields_that_do_not_exist(scene: Scene) -> None:
    client, headers = scene.knock(IDENTITIES["token:D.intake"])
    for path, body in bodies(scene).items():
        answer = client.post(path, json=body | {"org_id": str(uuid4()), "roles": ["platform_admin"]}, headers=headers)
        assert answer.status_code == 422 and set(answer.json["errors"]) >= {"org_id", "roles"}, path
