"""The public face of an organisation."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator
from sqlalchemy import select

from maillage.directory.models import OrganizationProfile, Service
from maillage.directory.policy import may_edit
from maillage.directory.service.changes import touch_many
from maillage.directory.vocabulary import CATEGORIES, AddressVisibility
from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import NotFound
from maillage_search.places import load_places

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]


class ProfileContent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    acronym: Short = ""
    category: str = ""
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)] = ""
    phone: Short = ""
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)] = ""
    website: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    network_org_id: UUID | None = None
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=250)] = ""
    postcode: Annotated[str, StringConstraints(strip_whitespace=True, max_length=10)] = ""
    commune_code: str = ""
    address_visibility: AddressVisibility = AddressVisibility.NEVER

    @field_validator("category")
    @classmethod
    def _category(cls, value: str) -> str:
        if value and value not in CATEGORIES:
            raise ValueError("Catégorie inconnue.")
        return value

    @field_validator("website")
    @classmethod
    def _web(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("L’adresse commence par https:// ou http://.")
        return value

    @field_validator("commune_code")
    @classmethod
    def _commune(cls, value: str) -> str:
        if value and load_places().get("commune", value) is None:
            raise ValueError("Commune inconnue.")
        return value


def update_profile(actor: Actor, *, profile: ProfileContent) -> None:
    """Rewrite the public face of the actor's own organisation; its services follow in the index."""
    if actor.org_id is None or not may_edit(actor.org_id, actor):
        raise NotFound()
    with transaction() as session:
        row = session.get(OrganizationProfile, actor.org_id, with_for_update=True)
        if row is None:
            row = OrganizationProfile(org_id=actor.org_id)
            session.add(row)
        for name, value in profile:
            setattr(row, name, value)
        touch_many(session, session.scalars(select(Service.id).where(Service.org_id == actor.org_id)).all())
        audit.record(session, actor, "profile.updated", "organization", actor.org_id)
