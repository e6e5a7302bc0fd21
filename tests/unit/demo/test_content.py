"""The demonstration's content keeps its promises: complete, consistent, plausible, and nobody's."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import Any

import opening_hours
import pytest

from maillage.accounts.roles import ROLES
from maillage.directory.vocabulary import ADDRESS_VISIBILITIES, CATEGORIES, FEES, LANGUAGES, OPEN_TO, SCALE
from maillage.referrals.codes import (
    AgeBand,
    Basis,
    ContactChannel,
    DeclineReason,
    HouseholdType,
    Intensity,
    Mode,
    Outcome,
    Route,
    SharingLevel,
    Urgency,
)
from maillage.referrals.states import Event, State, target, transition
from maillage_search.places import load_places
from maillage_search.taxonomy import load_taxonomy

Row = dict[str, Any]

DATA = files("maillage").joinpath("demo", "data")


def read(name: str) -> list[Row]:
    return [json.loads(line) for line in DATA.joinpath(f"{name}.jsonl").read_text("utf-8").splitlines()]


ORGANIZATIONS, SERVICES, BUNDLES = read("organizations"), read("services"), read("bundles")
USERS, SITUATIONS = read("users"), read("situations")
BESIDE = [*read("files"), *read("grids"), *read("calls"), *read("outreach"), *read("resources")]
REFERRALS = [(situation, referral) for situation in SITUATIONS for referral in situation["referrals"]]

organizations = {row["key"]: row for row in ORGANIZATIONS}
services = {row["key"]: row for row in SERVICES}
places = load_places()
taxonomy = load_taxonomy()

FIELD_THEMES = [
    "mental-health", "violence-against-women", "refugees-migration", "elderly-isolation", "addiction",
    "disabling-illness", "debt-arrears", "rehousing", "neighbour-trouble", "home-upkeep", "access-to-rights",
    "illiteracy", "digital-exclusion", "mobility", "purchasing-power", "young-tenants", "family-school",
    "intergenerational-cohabitation", "food-aid", "energy", "health-access", "funding",
]  # fmt: skip

FICTIONAL_PHONE = re.compile(r"\+33(19900|26191|35301|46571|53649|63998)\d{4}|\+32(60|71|8[1-4])00\d{4}")
ANY_PHONE = re.compile(r"(?:\+\d{2}|\b0)(?:[ .]?\d){8,9}\b")


def country_of(service: Row) -> str:
    return str(organizations[service["organization"]]["country"])


def commune(country: str, code: str) -> Any:
    return places.get("commune", code if country == "FR" else f"BE-{code}")


def points(service: Row) -> Iterator[tuple[str, float, float]]:
    for location in service["locations"]:
        if location["kind"] == "fixed":
            yield location["commune_code"], location["lat"], location["lon"]
        for stop in location["stops"]:
            yield stop["commune_code"], stop["lat"], stop["lon"]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def test_it_is_as_large_as_promised() -> None:
    assert len(ORGANIZATIONS) >= 120
    assert len(SERVICES) >= 300
    assert len(SITUATIONS) >= 45
    landlords = Counter(row["country"] for row in ORGANIZATIONS if row["kind"] == "landlord")
    assert landlords["FR"] >= 4
    assert landlords["BE"] >= 5


@pytest.mark.parametrize("rows", [ORGANIZATIONS, SERVICES, BUNDLES, USERS, SITUATIONS, [r for _, r in REFERRALS]])
def test_keys_are_unique(rows: list[Row]) -> None:
    assert max(Counter(row["key"] for row in rows).values()) == 1


def test_references_lead_somewhere() -> None:
    users = {row["key"]: row for row in USERS}
    networks = {row["network"] for row in ORGANIZATIONS} - {None}
    assert {organizations[key]["kind"] for key in networks} == {"umbrella"}
    assert {key for row in SERVICES for key in (row["organization"], *row["relays"])} <= organizations.keys()
    assert {row["bundle"] for row in SERVICES} - {None} == {row["key"] for row in BUNDLES}
    assert {row["organization"] for row in USERS} <= organizations.keys()
    for situation in SITUATIONS:
        assert users[situation["sender_user"]]["organization"] == situation["sender_organization"]
        for referral in situation["referrals"]:
            receiver = services[referral["service"]]["organization"]
            assert receiver != situation["sender_organization"]
            assert all(users[key]["organization"] == receiver for key in referral["assigned_to"])


@pytest.mark.parametrize("row", ORGANIZATIONS, ids=lambda row: row["key"])
def test_registration_numbers_have_the_right_check_digits(row: Row) -> None:
    if row["country"] == "BE":
        assert len(row["bce"]) == 10
        assert int(row["bce"][:8]) % 97 == 97 - int(row["bce"][8:])
        assert row["siren"] is row["siret"] is None
    else:
        assert (len(row["siren"]), len(row["siret"])) == (9, 14)
        assert row["siret"].startswith(row["siren"])
        assert luhn(row["siren"])
        assert luhn(row["siret"])
        assert row["bce"] is None


def test_nobody_real_can_be_reached() -> None:
    rows = [*ORGANIZATIONS, *SERVICES, *USERS, *SITUATIONS, *BESIDE]
    for text in (text for row in rows for text in texts(row)):
        if "@" in text or text.startswith("http"):
            assert text.endswith(".example"), text
    phones = [row["phone"] for row in ORGANIZATIONS] + [row["person"]["phone"] for row in SITUATIONS]
    assert all(FICTIONAL_PHONE.fullmatch(phone) for phone in phones)
    assert max(Counter(phones).values()) == 1
    prose = [{**row, "siren": "", "siret": "", "bce": ""} for row in ORGANIZATIONS]
    for text in (text for row in [*prose, *SERVICES, *SITUATIONS, *BESIDE] for text in texts(row)):
        assert text in phones or not ANY_PHONE.search(text), text


@pytest.mark.parametrize("country", ["FR", "BE"])
@pytest.mark.parametrize("theme", FIELD_THEMES)
def test_every_theme_is_answered_on_both_territories(theme: str, country: str) -> None:
    themes = taxonomy.themes
    found = [s for s in SERVICES if any(theme in (code, themes[code].parent) for code in s["themes"])]
    assert sum(country_of(service) == country for service in found) >= 2


@pytest.mark.parametrize("theme", ["mental-health", "refugees-migration", "violence-against-women"])
@pytest.mark.parametrize("country", ["FR", "BE"])
def test_specialised_partners_have_local_relays(theme: str, country: str) -> None:
    assert any(
        organizations[service["organization"]]["specialised"] and theme in service["themes"] and service["relays"]
        for service in SERVICES
        if country_of(service) == country
    )


@pytest.mark.parametrize("service", SERVICES, ids=lambda row: row["key"])
def test_a_service_is_well_formed(service: Row) -> None:
    assert 40 <= len(service["summary"]) <= 160
    assert len(service["description"]) >= 100
    assert service["themes"]
    assert all(code in taxonomy.themes for code in service["themes"])
    assert service["publics"]
    assert all(code in taxonomy.publics for code in service["publics"])
    assert service["publics"] == ["everyone"] or "everyone" not in service["publics"]
    assert service["fee"] in FEES
    assert set(service["modes"]) <= {"on-site", "remote", "home-visit"}
    assert set(service["how_to_reach"]) <= {"phone", "email", "referral", "online"}
    assert service["scale"] is None or service["scale"] in SCALE
    assert service["open_to"] in OPEN_TO
    assert service["address_visibility"] in ADDRESS_VISIBILITIES
    capacity = service["capacity"]
    assert capacity["status"] in {"open", "few", "full", "unknown"}
    assert (capacity["as_of_days_ago"] is None) == (capacity["status"] == "unknown")
    assert service["season"] is None or (len(service["season"]) == 2 and set(service["season"]) <= set(range(1, 13)))
    assert set(service["languages"]) <= LANGUAGES.keys()


@pytest.mark.parametrize("service", SERVICES, ids=lambda row: row["key"])
def test_a_service_is_somewhere_and_covers_real_areas(service: Row) -> None:
    country = country_of(service)
    assert service["areas"]
    for token in service["areas"]:
        kind, code = token.split(":")
        area = places.get(kind, code)
        assert area is not None, token
        assert area.country == country, token
    for code, lat, lon in points(service):
        place = commune(country, code)
        assert abs(place.lat - lat) < 0.08
        assert abs(place.lon - lon) < 0.08
    for location in service["locations"]:
        assert (location["kind"] == "itinerant") == bool(location["stops"])
        hours = [location["opening_hours"], *(stop["opening_hours"] for stop in location["stops"])]
        assert all(opening_hours.validate(value) for value in hours if value)


@pytest.mark.parametrize("row", ORGANIZATIONS, ids=lambda row: row["key"])
def test_an_organisation_sits_in_its_commune(row: Row) -> None:
    place = commune(row["country"], row["commune_code"])
    assert place in places.by_postcode(row["postcode"], row["country"])
    assert row["category"] is None or row["category"] in CATEGORIES


def test_shelters_never_show_their_address() -> None:
    shelters = [s for s in SERVICES if "violence-shelter" in s["themes"]]
    assert len(shelters) >= 4
    assert {s["address_visibility"] for s in shelters} == {"never"}
    for service in SERVICES:
        if service["address_visibility"] != "public":
            assert organizations[service["organization"]]["address"] is None or (
                organizations[service["organization"]]["address"] != service["locations"][0]["address"]
            )


def test_the_particular_offers_are_there() -> None:
    assert sum(s["locations"][0]["kind"] == "itinerant" for s in SERVICES) >= 8
    assert min(Counter(s["bundle"] for s in SERVICES if s["bundle"]).values()) >= 3
    assert any("onciergerie solidaire" in s["name"] for s in SERVICES)
    assert any("abitants-relais" in s["name"] for s in SERVICES)
    assert sum(s["season"] is not None for s in SERVICES) >= 5
    for scale in ("facilitator", "coordinator", "operator"):
        assert sum(s["scale"] == scale for s in SERVICES) >= 10


def test_users_hold_known_roles_where_they_may() -> None:
    assert {role for row in USERS for role in row["roles"]} == ROLES.keys()
    for row in USERS:
        kind = organizations[row["organization"]]["kind"]
        assert all(kind in ROLES[role].organizations for role in row["roles"]), row["key"]
    assert max(Counter(row["email"] for row in USERS).values()) == 1


def test_every_organisation_that_refers_or_answers_has_somebody_for_it() -> None:
    roles: dict[str, set[str]] = {key: set() for key in organizations}
    for row in USERS:
        roles[row["organization"]].update(row["roles"])
    assert all("referent" in roles[row["key"]] for row in ORGANIZATIONS if row["kind"] == "landlord")
    for _, referral in REFERRALS:
        assert {"intake", "org_admin"} <= roles[services[referral["service"]]["organization"]]


def test_demonstration_accounts_say_what_to_try() -> None:
    accounts = [row for row in USERS if row["demo_account"]]
    assert 7 <= len(accounts) <= 10
    assert all(row["try_this"] for row in accounts)
    assert {"referent", "intake", "volunteer", "org_admin", "coordinator", "platform_admin"} <= {
        role for row in accounts for role in row["roles"]
    }


def test_demonstration_accounts_find_something_to_do() -> None:
    receivers = [(services[r["service"]]["organization"], r) for _, r in REFERRALS]
    for row in USERS:
        if row["demo_account"] and "intake" in row["roles"]:
            waiting = [r["state"] for org, r in receivers if org == row["organization"]]
            assert {"sent", "seen", "info_requested"} & set(waiting), row["key"]
        if row["demo_account"] and "volunteer" in row["roles"]:
            assert any(row["key"] in r["assigned_to"] for _, r in receivers)
        if row["demo_account"] and "referent" in row["roles"]:
            assert sum(s["sender_user"] == row["key"] for s in SITUATIONS) >= 3


def test_what_is_beside_the_referrals_belongs_to_the_demonstration() -> None:
    situations = {row["key"] for row in SITUATIONS}
    assert {row["situation"] for row in BESIDE if "situation" in row} <= situations
    assert {row["service"] for row in BESIDE if "service" in row} <= set(services)
    assert {row["sender_user"] for row in BESIDE if "sender_user" in row} <= {row["key"] for row in USERS}


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda row: row["key"])
def test_a_situation_is_well_formed(situation: Row) -> None:
    assert situation["route"] in set(Route)
    assert situation["age_band"] in set(AgeBand)
    assert situation["household"] in set(HouseholdType)
    assert set(situation["safe_contact"]["channels"]) <= set(ContactChannel)
    assert all(code in taxonomy.themes for code in situation["themes"])
    assert commune(situation["country"], situation["commune_code"]) is not None
    assert len(situation["need"]) >= 100
    minor = date.fromisoformat(situation["person"]["birth_date"]) >= date(2009, 1, 1)
    assert minor == (situation["age_band"] == "under_18")
    assert 1 <= len(situation["referrals"]) <= 3
    assert len({referral["mode"] for referral in situation["referrals"]}) == 1


def played(referral: Row) -> State:
    """The state that a history leads to, through the product's own table."""
    state, resume = State.DRAFT, None
    for step in referral["history"]:
        event = Event(step["event"])
        row = transition(event, state)
        assert row is not None, (referral["key"], event, state)
        assert row.by in ("either", step["by"])
        new = target(row, state, resume)
        resume = state if new is State.INFO_REQUESTED else None
        state = new
    return state


@pytest.mark.parametrize(("situation", "referral"), REFERRALS, ids=[r["key"] for _, r in REFERRALS])
def test_a_history_is_possible(situation: Row, referral: Row) -> None:
    assert referral["urgency"] in set(Urgency)
    assert referral["sharing_level"] in set(SharingLevel)
    assert referral["mode"] in set(Mode)
    assert referral["basis"] in set(Basis)
    assert (referral["basis"] == "consent") == (referral["consent"] is not None)
    days = [step["days_after"] for step in referral["history"]]
    assert days == sorted(days)
    told = [message["days_after"] for message in referral["messages"]]
    assert max(days + told, default=0) <= situation["created_days_ago"]
    assert played(referral) == referral["state"]
    for step in referral["history"]:
        if step["event"] == "decline":
            assert step["reason"] in set(DeclineReason)
        if step["event"] == "complete":
            assert step["outcome"] in set(Outcome)
            assert step["intensity"] in set(Intensity)
        if step["event"] in ("redirect", "relay"):
            assert step["service"] in services


@pytest.mark.parametrize("state", State)
def test_every_state_is_reached_more_than_once(state: State) -> None:
    assert sum(referral["state"] == state for _, referral in REFERRALS) >= 2


def test_the_french_is_clean() -> None:
    for text in (
        text for row in [*ORGANIZATIONS, *SERVICES, *BUNDLES, *USERS, *SITUATIONS, *BESIDE] for text in texts(row)
    ):
        assert "  " not in text, text
        assert text == text.strip(), text
        assert not re.search(r"['\"]| [;:!?»]|« ", text), text


def test_the_example_of_the_field_has_a_real_answer() -> None:
    bethune = commune("FR", "62119")
    visits = [
        s
        for s in SERVICES
        if "elderly-isolation" in s["themes"]
        and "home-visit" in s["modes"]
        and any(places.contains(token, bethune) for token in s["areas"])
    ]
    assert "heures-douces--visites" in {s["key"] for s in visits}
    assert len(visits) >= 3
