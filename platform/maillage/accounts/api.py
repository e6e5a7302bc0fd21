"""JSON API of the accounts: who a token is."""

from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from maillage.accounts.roles import PERMISSIONS, ROLES
from maillage.accounts.words import KINDS
from maillage.web.authz import actor, requires
from maillage.web.csrf import csrf
from maillage.web.openapi import describes, enumeration

blueprint = Blueprint("accounts_api", __name__, url_prefix="/api/v1")
csrf.exempt(blueprint)

enumeration("Role", {row.name: row.label for row in ROLES.values()})
enumeration("Permission", PERMISSIONS)
enumeration("OrganizationKind", KINDS)


class Party(BaseModel):
    id: UUID | None
    name: str


class MyOrganization(Party):
    kind: str
    country: str
    vetted: bool


class Me(BaseModel):
    """Whom a token stands for, and what it may do now."""

    user: Party
    organization: MyOrganization
    roles: list[str]
    scopes: list[str]


@blueprint.get("/me")
@describes("Who this token is, and what it may do", tag="accounts", answer=Me)
@requires()
def me() -> ResponseReturnValue:
    who = actor()
    told = Me(
        user=Party(id=who.user_id, name=who.user_name),
        organization=MyOrganization(
            id=who.org_id, name=who.org_name, kind=who.org_kind, country=who.country, vetted=who.org_vetted
        ),
        roles=sorted(who.roles),
        scopes=sorted(who.permissions),
    )
    return jsonify(told.model_dump(mode="json"))
