"""What is confidential never leaves, whoever asks and whatever the visibility says."""

from dataclasses import asdict
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.accounts import make_organization
from factories.directory import BETHUNE, make_profile, make_service
from maillage.accounts.models import Organization
from maillage.directory import queries
from maillage.directory.models import Location, Service, Stop
from maillage.directory.policy import Disclosure, disclosure
from maillage.directory.presenters import present
from maillage.directory.search import documents
from maillage.kernel.actor import Actor
from maillage.kernel.db import session

CANARY = "canari 7 impasse du Secret"
CANARY_LAT, CANARY_LON = 50.53971, 2.65117
OWNER = uuid4()

visibilities = st.one_of(st.sampled_from(["public", "commune_only", "partners", "never"]), st.text(max_size=12))
actors = st.none() | st.builds(
    Actor,
    user_id=st.just(uuid4()),
    org_id=st.sampled_from([OWNER, uuid4()]),
    org_vetted=st.booleans(),
    permissions=st.frozensets(
        st.sampled_from(["directory.read_professional", "directory.edit", "directory.moderate", "referral.assigned"])
    ),
)


def shelter(visibility: str) -> Service:
    """A service with a canary wherever an address may hide."""
    stop = Stop(place=CANARY, commune_code="62119", lat=CANARY_LAT, lon=CANARY_LON, opening_hours="")
    place = Location(
        kind="itinerant", name=CANARY, address=CANARY, postcode="62400", commune_code="62119",
        lat=CANARY_LAT, lon=CANARY_LON, opening_hours="", stops=[stop],
    )  # fmt: skip
    organization = Organization(id=OWNER, name="Toit", kind="association", country="FR", status="vetted")
    texts = dict.fromkeys(
        ("summary", "description", "conditions", "documents_needed", "questions", "fee", "fee_note", "how_to_reach",
         "phone", "email", "url", "scale", "bundle"), "",
    )  # fmt: skip
    lists = {name: [] for name in ("publics", "data_inclusion", "types", "modes", "languages", "season")}
    return Service(
        id=uuid4(), org_id=OWNER, organization=organization, status="published", version=1, name="Abri",
        themes=["violence-shelter"], open_to="all", accepts_referrals=True, capacity="unknown",
        address_visibility=visibility, professional_note="note " + CANARY, locations=[place], **texts, **lists,
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(visibility=visibilities, actor=actors)
def test_an_address_leaves_only_when_fully_disclosed(visibility: str, actor: Actor | None) -> None:
    view = present(shelter(visibility), actor)
    told = str(asdict(view) | {"professional_note": ""})
    allowed = disclosure(visibility, OWNER, actor) == Disclosure.FULL
    assert (CANARY in told) is allowed
    assert (str(CANARY_LAT) in told) is allowed
    assert (str(CANARY_LON) in told) is allowed


@pytest.mark.parametrize("visibility", ["public", "commune_only", "partners", "never", "quoi"])
def test_the_index_never_holds_a_confidential_address(app: Flask, visibility: str) -> None:
    """Every column that may tell the door is filled; a visibility that nobody knows is closed."""
    stop = {"place": CANARY, "commune_code": "62119", "lat": CANARY_LAT, "lon": CANARY_LON}
    place = {"name": CANARY, "address": CANARY, "commune_code": "62119", "lat": CANARY_LAT, "lon": CANARY_LON}
    org = make_organization()
    make_profile(org, address=CANARY, address_visibility=visibility)
    shelter = make_service(
        org,
        locations=[place | {"kind": "itinerant", "stops": [stop]}],
        address_visibility=visibility,
        professional_note=CANARY,
    )
    (document,) = documents(session(), [shelter.id])
    told = str(asdict(document))
    assert CANARY not in told
    assert (str(CANARY_LAT) in told) is (visibility == "public")
    assert (str(CANARY_LON) in told) is (visibility == "public")
    assert document.approximate is (visibility in ("commune_only", "partners"))
    assert document.commune == ("Béthune" if visibility in ("public", "commune_only", "partners") else "")


def test_commune_only_shows_the_middle_of_the_commune() -> None:
    view = present(shelter("commune_only"), None)
    assert view.main_place is not None
    assert view.main_place.commune == "Béthune"
    assert view.main_place.approximate
    assert view.main_place.lat != CANARY_LAT


def test_never_says_not_even_the_commune() -> None:
    assert present(shelter("never"), None).places == ()


def test_an_organisation_can_hide_its_own_address(app: Flask) -> None:
    org = make_organization()
    make_profile(org, address=CANARY, address_visibility="never")
    service = make_service(org, locations=[{"address": "rue publique", **BETHUNE}])
    found = queries.services(session(), [service.id])[service.id]
    assert CANARY not in str(asdict(present(found, None)))
    assert "rue publique" in str(asdict(present(found, None)))
