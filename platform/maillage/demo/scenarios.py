"""Small worlds for tests from outside, printed as JSON. What each canary's readers may read, nobody else may."""

import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import pyotp

from maillage.accounts import service as accounts
from maillage.accounts.roles import need_second_factor, permissions_of
from maillage.demo import loader
from maillage.directory import service as directory
from maillage.directory.content import LocationContent, ServiceContent
from maillage.directory.vocabulary import AddressVisibility
from maillage.kernel import clock, jobs
from maillage.kernel.actor import SYSTEM, Actor
from maillage.kernel.errors import Conflict
from maillage.kernel.ids import new_id
from maillage.referrals import service as referrals
from maillage.referrals.codes import AgeBand, Basis, ContactChannel, HouseholdType, Mode, Route, SharingLevel
from maillage.referrals.content import Consent, Details, Person, SafeContact, SituationInput, Terms
from maillage.referrals.states import Event

ORGANIZATIONS = {
    "A": ("Bailleur A", "landlord", ("referent", "colleague", "org_admin")),
    "B": ("Association B", "association", ("intake", "volunteer", "org_admin")),
    "C": ("Relais C", "association", ("intake", "volunteer", "org_admin")),
    "D": ("Association D", "association", ("referent", "intake", "org_admin")),
    "N": ("Fédération N", "umbrella", ("lead", "coordinator", "cell_chair", "org_admin")),
    "H": ("Hébergeur H", "host", ("platform_admin",)),
}
PASSWORD_BYTES = 12


@dataclass(slots=True)
class World:
    organizations: dict[str, UUID] = field(default_factory=dict)
    users: dict[str, dict[str, str | None]] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    services: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    canaries: list[dict[str, object]] = field(default_factory=list)

    def plant(self, text: str, *readers: str) -> str:
        """A string that only `readers` may ever meet; kept for the list of canaries."""
        self.canaries.append({"text": text, "readers": sorted(readers)})
        return text

    def as_json(self) -> dict[str, object]:
        return {
            "organizations": [
                {"key": key, "id": str(org_id), "name": ORGANIZATIONS[key][0]}
                for key, org_id in self.organizations.items()
            ],
            "users": [{"key": key, **user} for key, user in self.users.items()],
            "services": [
                {"key": key, "id": str(service_id), "organization": org}
                for key, (service_id, org) in self.services.items()
            ],
            "canaries": self.canaries,
        }


def three_orgs() -> dict[str, object]:
    """A landlord, two associations that receive, one that has no part, an umbrella body, a host; two referrals."""
    if loader.is_loaded():
        raise Conflict("A scenario needs an empty database.")
    world = World()
    for key in ORGANIZATIONS:
        _organization(world, key)
    _services(world)
    _referrals(world)
    jobs.drain()
    return world.as_json()


def _organization(world: World, key: str) -> None:
    name, kind, roles = ORGANIZATIONS[key]
    org_id = accounts.create_organization(
        SYSTEM, name=name, kind=kind, country="FR", email=f"contact@{key.lower()}.example", status="vetted"
    )
    world.organizations[key] = org_id
    for role in roles:
        _user(world, key, role)


def _user(world: World, org_key: str, role: str) -> None:
    key, org_id, user_id = f"{org_key}.{role}", world.organizations[org_key], new_id()
    name, kind, _ = ORGANIZATIONS[org_key]
    email, password = f"{role.replace('_', '-')}@{org_key.lower()}.example", secrets.token_urlsafe(PASSWORD_BYTES)
    accounts.create_user(
        SYSTEM, email=email, name=f"{role} {org_key}", password=password, org_id=org_id, roles=[role], user_id=user_id
    )
    secret = pyotp.random_base32() if need_second_factor(frozenset({role})) else None
    if secret:
        accounts.enrol_totp(SYSTEM, user_id=user_id, secret=secret)
    permissions = permissions_of(frozenset({role}))
    token = accounts.issue_token(
        SYSTEM, user_id=user_id, org_id=org_id, label="scenario", scopes=permissions, expires_at=None
    )
    world.users[key] = {
        "organization": org_key,
        "role": role,
        "email": email,
        "password": password,
        "totp_secret": secret,
        "api_token": token,
    }
    world.actors[key] = Actor(
        user_id=user_id,
        org_id=org_id,
        user_name=f"{role} {org_key}",
        org_name=name,
        org_kind=kind,
        org_vetted=True,
        roles=frozenset({role}),
        permissions=permissions,
    )


def _services(world: World) -> None:
    """Two services of B (one of them a shelter whose address is secret) and one of C."""
    own = ("B.intake", "B.org_admin")
    shelter = world.plant("17 impasse Zéphyrine-Quillot", *own)
    _service(world, "B.listening", "B", "Écoute et accompagnement psychologique", ("mental-health",), "2 rue Verte")
    _service(world, "B.shelter", "B", "Mise à l’abri", ("violence-against-women",), shelter, AddressVisibility.NEVER)
    _service(world, "C.visits", "C", "Visites de convivialité", ("elderly-isolation",), "5 place du Marché")


def _service(
    world: World,
    key: str,
    org_key: str,
    name: str,
    themes: tuple[str, ...],
    address: str,
    visibility: AddressVisibility = AddressVisibility.PUBLIC,
) -> None:
    content = ServiceContent(
        name=name,
        summary=f"{name}, dans le Béthunois.",
        themes=themes,
        fee="gratuit",
        modes=("en-presentiel",),
        languages=("fr",),
        address_visibility=visibility,
        locations=(
            LocationContent(address=address, postcode="62400", commune_code="62119", lat=50.52972, lon=2.64003),
        ),
        areas=("departement:62",),
    )
    service_id = directory.create_service(world.actors[f"{org_key}.org_admin"], content=content)
    world.services[key] = (service_id, org_key)


def _referrals(world: World) -> None:
    """One situation: accepted by B, only read by C. What C may never read is B's; what D may read is nothing."""
    sender, accepted, waiting = world.actors["A.referent"], world.actors["B.intake"], world.actors["C.intake"]
    knows_person, knows_sent = ("A.referent", "B.intake"), ("A.referent", "B.intake", "C.intake")
    kept = referrals.create_situation(
        sender,
        given=SituationInput(
            route=Route.MAINTIEN,
            commune="62119",
            age_band=AgeBand.FROM_60,
            household=HouseholdType.ALONE,
            themes=("mental-health", "elderly-isolation"),
            asked=world.plant("Demande repère CANARI-ASKED-7741", *knows_sent),
            need=world.plant("Récit repère CANARI-NEED-7742", *knows_person),
            person=Person(
                first_name=world.plant("Philoména", *knows_person),
                last_name=world.plant("Van Oosterzee-Quirin", *knows_person),
                birth_date=date(1958, 4, 17),
                phone=world.plant("+33639987742", *knows_person),
                email=world.plant("philomena.oosterzee@quirin.example", *knows_person),
                address=world.plant("9 venelle des Colchiques-Bleus", *knows_person),
            ),
            safe_contact=SafeContact(
                allowed=True, channels=(ContactChannel.PHONE,), hours="le mardi de 9 h à 10 h",
                words=world.plant("Dire CANARI-WORDS-7743", *knows_person),
            ),
        ),
    )  # fmt: skip
    today = clock.today()
    standings = referrals.refer(
        sender,
        situation_id=kept.id,
        service_ids=[world.services["B.listening"][0], world.services["C.visits"][0]],
        terms=Terms(
            mode=Mode.EACH_MAY_ACT,
            sharing_level=SharingLevel.FULL,
            basis=Basis.CONSENT,
            deadline=today + timedelta(days=15),
            consent=Consent(informed_on=today, given_on=today, expires_on=today + timedelta(days=180)),
        ),
    )
    first, second = (standing.id for standing in standings)
    referrals.open_referral(accepted, referral_id=first)
    referrals.act(
        accepted,
        referral_id=first,
        event=Event.ACCEPT,
        details=Details(contact=world.plant("Contact CANARI-CONTACT-7744", *knows_person), estimate="une semaine"),
    )
    referrals.write(
        accepted, referral_id=first, text=world.plant("Message CANARI-THREAD-7745 pour le bailleur", *knows_person)
    )
    referrals.open_referral(waiting, referral_id=second)
    referrals.act(
        waiting,
        referral_id=second,
        event=Event.ASK_INFO,
        details=Details(question=world.plant("Question CANARI-QUESTION-7746", "A.referent", "C.intake")),
    )
