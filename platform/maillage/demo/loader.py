"""Loads the demonstration through the same verbs as the pages use: what it shows is what the product does."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from maillage.accounts import service as accounts
from maillage.accounts.models import Organization
from maillage.accounts.roles import permissions_of
from maillage.demo import histories, learning, meetings, networks, talks, tools
from maillage.demo.content import PASSWORD, Row, commune, demo_id, months, rows, totp_secret
from maillage.directory import service as directory
from maillage.directory.content import LocationContent, ServiceContent, StopContent
from maillage.directory.service import ProfileContent
from maillage.directory.vocabulary import AddressVisibility
from maillage.kernel import clock, jobs
from maillage.kernel.actor import SYSTEM, Actor
from maillage.kernel.db import session
from maillage.notifications import service as notifications

MODES = {"on-site": "en-presentiel", "remote": "a-distance", "home-visit": "a-domicile"}
WAYS = {"phone": "par téléphone", "email": "par e-mail", "referral": "par une orientation", "online": "en ligne"}
FRESH_DAYS = 6
CAPACITIES = {"open": "free", "few": "limited", "full": "full", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the demonstration, by key."""

    organizations: dict[str, Row]
    users: dict[str, Row]

    def actor(self, user_key: str) -> Actor:
        user = self.users[user_key]
        body = self.organizations[user["organization"]]
        return Actor(
            user_id=demo_id("user", user_key),
            org_id=demo_id("organization", body["key"]),
            country=body["country"],
            user_name=f"{user['first_name']} {user['last_name']}",
            org_name=body["name"],
            org_kind=body["kind"],
            org_vetted=body["vetted"],
            roles=frozenset(user["roles"]),
            permissions=permissions_of(frozenset(user["roles"])),
            mfa=True,
        )

    def answerer(self, org_key: str) -> Actor:
        """Who opens the shared inbox of the organisation."""
        for key, user in self.users.items():
            if user["organization"] == org_key and self.actor(key).can("referral.answer"):
                return self.actor(key)
        raise LookupError(f"nobody answers for {org_key}")

    def editor(self, org_key: str) -> Actor:
        """Somebody who may write for the organisation: its own staff when it has some, else a first administrator."""
        own = [key for key, user in self.users.items() if user["organization"] == org_key]
        for key in own:
            if self.actor(key).can("directory.edit"):
                return self.actor(key)
        body = self.organizations[org_key]
        permissions = permissions_of(frozenset({"org_admin"}))
        return Actor(
            user_id=None,
            org_id=demo_id("organization", org_key),
            country=body["country"],
            org_kind=body["kind"],
            org_vetted=body["vetted"],
            roles=frozenset({"org_admin"}),
            permissions=permissions,
        )


def is_loaded() -> bool:
    return session().scalar(select(Organization.id).limit(1)) is not None


def load() -> None:
    """Fill an empty database with the demonstration, then let the background work catch up."""
    cast = Cast({row["key"]: row for row in rows("organizations")}, {row["key"]: row for row in rows("users")})
    # People and services were there before the first referral: histories start up to half a year ago.
    with clock.at(clock.now() - timedelta(days=240)):
        for body in cast.organizations.values():
            _organization(body)
        for user in cast.users.values():
            _user(user)
        for body in cast.organizations.values():
            _profile(cast, body)
        for user in cast.users.values():
            _team(cast, user)
    for service in rows("services"):
        _service(cast, service)
    directory.rebuild_index(SYSTEM)
    jobs.drain()
    owners = {row["key"]: row["organization"] for row in rows("services")}
    histories.play(cast.actor, lambda service: cast.answerer(owners[service]), rows("situations"))
    networks.play(cast.actor, rows("networks"))
    meetings.play(cast.actor, rows("meetings"))
    learning.play(cast.actor, rows("courses"), rows("training_needs"))
    talks.play(cast.actor)
    tools.play(cast.actor)
    for user_key in cast.users:  # who answers reads what asked for the answer; only the last days wait
        notifications.mark_all_read(cast.actor(user_key), until=clock.now() - timedelta(days=FRESH_DAYS))


def _organization(row: Row) -> None:
    accounts.create_organization(
        SYSTEM,
        name=row["name"],
        kind=row["kind"],
        country=row["country"],
        registration=row["siret"] or row["siren"] or row["bce"],
        email=row["email"],
        status="vetted" if row["vetted"] else "pending",
        org_id=demo_id("organization", row["key"]),
    )


def _profile(cast: Cast, row: Row) -> None:
    network = row["network"]
    directory.update_profile(
        cast.editor(row["key"]),
        profile=ProfileContent(
            acronym=row["acronym"] or "",
            category=row.get("category") or "",
            description=row["description"],
            phone=row["phone"] or "",
            email=row["email"] or "",
            website=row["website"] or "",
            network_org_id=demo_id("organization", network) if network else None,
            address=row["address"] or "",
            postcode=row["postcode"] or "",
            commune_code=commune(row["country"], row["commune_code"]),
            address_visibility=AddressVisibility.PUBLIC if row["address"] else AddressVisibility.NEVER,
        ),
    )


def _team(cast: Cast, row: Row) -> None:
    if not row.get("team"):
        return
    house = (key for key, user in cast.users.items() if user["organization"] == row["organization"])
    admin = next(key for key in house if "org_admin" in cast.users[key]["roles"])
    accounts.change_roles(
        cast.actor(admin),
        user_id=demo_id("user", row["key"]),
        roles=row["roles"],
        job_title=row["title"],
        team=row["team"],
    )


def _user(row: Row) -> None:
    user_id = demo_id("user", row["key"])
    accounts.create_user(
        SYSTEM,
        email=row["email"],
        name=f"{row['first_name']} {row['last_name']}",
        password=PASSWORD,
        org_id=demo_id("organization", row["organization"]),
        roles=row["roles"],
        job_title=row["title"],
        user_id=user_id,
    )
    if secret := totp_secret(row["key"]):
        accounts.enrol_totp(SYSTEM, user_id=user_id, secret=secret)


def _service(cast: Cast, row: Row) -> None:
    body = cast.organizations[row["organization"]]
    actor = cast.editor(body["key"])
    told = row["capacity"]
    with clock.at(clock.now() - timedelta(days=told["as_of_days_ago"] or 0)):
        service_id = directory.create_service(
            actor, content=_content(row, body), service_id=demo_id("service", row["key"])
        )
        _capacity(actor, service_id, told)


def _capacity(actor: Actor, service_id: UUID, told: Row) -> None:
    state = "waiting" if told.get("waiting_list") else CAPACITIES[told["status"]]
    if state == "unknown":
        return
    lapses = clock.today(actor.country) + timedelta(days=max(told["lapses_after_days"] or 30, 1))
    directory.set_capacity(actor, service_id=service_id, state=state, lapses_on=lapses)


def _content(row: Row, body: Row) -> ServiceContent:
    country = body["country"]
    return ServiceContent(
        name=row["name"],
        summary=row["summary"],
        description=row["description"],
        themes=tuple(row["themes"]),
        publics=tuple(row["publics"]),
        conditions=row["conditions"] or "",
        documents_needed="\n".join(row["documents_needed"]),
        questions="\n".join(row["questions"]),
        fee=row["fee"] or "",
        modes=tuple(MODES[mode] for mode in row["modes"]),
        languages=tuple(row["languages"]),
        how_to_reach=_ways(row["how_to_reach"]),
        phone=body["phone"] or "",
        email=body["email"] or "",
        url=body["website"] or "",
        professional_note=row["professional_note"] or "",
        scale=row["scale"] or "",
        open_to=row["open_to"],
        season=months(row["season"]),
        bundle=row["bundle"] or "",
        delay_days=row["delay_days"],
        address_visibility=AddressVisibility(row["address_visibility"]),
        locations=tuple(_location(place, country) for place in row["locations"]),
        areas=tuple(row["areas"]),
    )


def _ways(codes: list[str]) -> str:
    words = ", ".join(WAYS[code] for code in codes)
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _location(place: Row, country: str) -> LocationContent:
    stops = tuple(
        StopContent(
            place=stop["place"],
            commune_code=commune(country, stop["commune_code"]),
            lat=stop["lat"],
            lon=stop["lon"],
            opening_hours=stop["opening_hours"] or "",
        )
        for stop in place["stops"]
    )
    return LocationContent(
        kind=place["kind"],
        name=place["name"] or "",
        address=place["address"] or "",
        postcode=place["postcode"] or "",
        commune_code=commune(country, place["commune_code"]),
        lat=place["lat"],
        lon=place["lon"],
        opening_hours=place["opening_hours"] or "",
        stops=stops,
    )
