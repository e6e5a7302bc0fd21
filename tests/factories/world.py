"""The world of three organisations as attackers meet it: who knocks, with which key, and what belongs to whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from factories import convened, networked, sharing, talking, taught
from factories.accounts import bearer, sign_in
from factories.links import let_in, make_unknown
from factories.referrals import situation_input, terms
from maillage.accounts import service as accounts
from maillage.accounts.models import AccessGrant, ApiToken, Organization, SecurityKey, User, UserSession
from maillage.accounts.roles import permissions_of
from maillage.accounts.vault import service as vaults
from maillage.demo import scenarios
from maillage.directory import service as directory
from maillage.directory.content import ServiceContent
from maillage.directory.models import ServiceReport, ServiceRevision
from maillage.kernel import boxes, clock, jobs, outbox
from maillage.kernel.actor import SYSTEM, Actor, Channel
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_id
from maillage.kernel.uploads import Upload
from maillage.notifications.models import MailMessage, Notification
from maillage.notifications.webhooks import service as webhooks
from maillage.notifications.webhooks.models import WebhookDelivery
from maillage.referrals import service as referrals
from maillage.referrals.attachments import service as attachments
from maillage.referrals.codes import SharingLevel
from maillage.referrals.content import SituationInput
from maillage.referrals.grids import service as grids
from maillage.referrals.handover.service import To, hand_over
from maillage.referrals.models import Referral, Situation

MAILBOX = "E.mailbox"
DRAFT_WORDS = "Brouillon repère CANARI-DRAFT-7750"
ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody at the door: nobody known, a browser of `user`, or a program of theirs (with `scopes`; () is all)."""

    name: str
    user: str = ""
    scopes: tuple[str, ...] | None = None

    @property
    def is_program(self) -> bool:
        return self.scopes is not None

    def knows(self, readers: Iterable[str]) -> bool:
        return self.user in readers or ANYBODY in readers


IDENTITIES: Mapping[str, Identity] = {
    one.name: one
    for one in (
        Identity("anonymous"),
        Identity("suspended", "A.suspended"),
        Identity("A.referent", "A.referent"),
        Identity("A.colleague", "A.colleague"),
        Identity("A.org_admin", "A.org_admin"),
        Identity("B.intake", "B.intake"),
        Identity("B.volunteer", "B.volunteer"),
        Identity("C.intake", "C.intake"),
        Identity("D.intake", "D.intake"),
        Identity("N.lead", "N.lead"),
        Identity("N.coordinator", "N.coordinator"),
        Identity("H.platform_admin", "H.platform_admin"),
        Identity("link:E", MAILBOX),
        Identity("token:A.reads", "A.referent", scopes=("referral.read_organization",)),
        Identity("token:D.intake", "D.intake", scopes=()),
    )
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A row that an address may name, and the users for whom it exists."""

    argument: str
    id: UUID
    known_to: frozenset[str]


@dataclass(slots=True)
class Scene:
    app: Flask
    world: dict[str, Any]
    people: dict[str, UUID] = field(default_factory=dict)
    organizations: dict[str, UUID] = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)

    def secrets_for(self, identity: Identity) -> list[str]:
        """What this identity may never meet."""
        return [one["text"] for one in self.world["canaries"] if not identity.knows(one["readers"])]

    @property
    def canaries(self) -> list[str]:
        return [one["text"] for one in self.world["canaries"]]

    def things_named(self, argument: str) -> list[Thing]:
        return [one for one in self.things if one.argument == argument]

    def add(self, argument: str, row_id: UUID, *known_to: str) -> None:
        self.things.append(Thing(argument, row_id, frozenset(known_to)))

    def user(self, key: str) -> User:
        found = session().get(User, self.people[key])
        assert found is not None
        return found

    def organization(self, key: str) -> Organization:
        found = session().get(Organization, self.organizations[key[0]])
        assert found is not None
        return found

    def actor(self, key: str, *roles: str) -> Actor:
        org = self.organization(key)
        held = frozenset(roles or (key.split(".")[1],))
        return Actor(
            user_id=self.people[key], org_id=org.id, country="FR", user_name=key, org_name=org.name, org_kind=org.kind,
            org_vetted=org.status == "vetted", roles=held, permissions=permissions_of(held), channel=Channel.WEB,
        )  # fmt: skip

    def knock(self, identity: Identity) -> tuple[FlaskClient, dict[str, str]]:
        """A fresh client of this identity, with the headers that it sends."""
        client = self.app.test_client()
        if not identity.user:
            return client, {}
        if identity.user == MAILBOX:
            (answered,) = (one.id for one in self.things_named("referral_id") if MAILBOX in one.known_to)
            return let_in(client, answered, path="/"), {}
        user, org = self.user(identity.user), self.organization(identity.user)
        if identity.is_program:
            return client, bearer(user, org, *identity.scopes or ())
        return sign_in(client, user, org), {}


def build(app: Flask) -> Scene:
    """Everything that an address can name, at several organisations."""
    world = scenarios.three_orgs()
    scene = Scene(app, world)
    scene.organizations = {one["key"]: UUID(one["id"]) for one in world["organizations"]}
    for user in world["users"]:
        found = session().scalar(select(User.id).where(User.email == user["email"]))
        assert found is not None
        scene.people[user["key"]] = found
    for add in (
        _suspended,
        _referrals,
        _by_link,
        _inside,
        _draft,
        _grids,
        _directory,
        _people,
        _keys,
        _vaults,
        _programs,
        _jobs,
        networked.populate,
        convened.populate,
        talking.populate,
        sharing.populate,
        taught.populate,
    ):
        add(scene)
    jobs.drain()
    _notices(scene)
    return scene


def _suspended(scene: Scene) -> None:
    scene.people["A.suspended"] = accounts.create_user(
        SYSTEM, email="partie@a.example", name="Personne partie", password="une phrase assez longue",
        org_id=scene.organizations["A"], roles=["referent"],
    )  # fmt: skip
    accounts.deactivate_user(SYSTEM, user_id=scene.people["A.suspended"])


def _referrals(scene: Scene) -> None:
    receivers = {scene.organizations["B"]: "B.intake", scene.organizations["C"]: "C.intake"}
    for row in session().scalars(select(Referral)):
        scene.add("referral_id", row.id, "A.referent", receivers[row.receiver_org_id])
    _document(scene)
    for situation in session().scalars(select(Situation)):
        scene.add("situation_id", situation.id, "A.referent")


def _by_link(scene: Scene) -> None:
    """A referral to an organisation without an account, answered from its mailbox."""
    unknown, sender = make_unknown(), scene.actor("A.referent")
    person = {"first_name": "Zélie-Serin-7761", "last_name": "Pinsonnet-7762"}
    asked, need = "Visites repère CANARI-CARD-7763", "Besoin repère CANARI-NEED-7764"
    given = situation_input(person=person, asked=asked, need=need)
    kept = referrals.create_situation(sender, given=given)
    (sent,) = referrals.refer(sender, situation_id=kept.id, service_ids=[unknown.service.id], terms=terms())
    scene.add("situation_id", kept.id, "A.referent")
    scene.add("referral_id", sent.id, "A.referent", MAILBOX)
    for text in (*person.values(), need):
        scene.world["canaries"].append({"text": text, "readers": ["A.referent"]})
    scene.world["canaries"].append({"text": asked, "readers": ["A.referent", MAILBOX]})
    jobs.drain()


def _inside(scene: Scene) -> None:
    """What A's referent asks A's colleague: the words and the card, and no identity before it is accepted."""
    sender = scene.actor("A.referent")
    person = {"first_name": "Colombine-Mésange-7771", "last_name": "Tarin-Des-Aulnes-7772"}
    asked, need, question = (f"Repère CANARI-INSIDE-777{number}" for number in (3, 4, 5))
    kept = referrals.create_situation(sender, given=situation_input(person=person, asked=asked, need=need))
    colleague = To(user_id=scene.people["A.colleague"])
    sent = hand_over(sender, situation_id=kept.id, to=colleague, question=question, sharing_level=SharingLevel.STANDARD)
    referrals.open_referral(scene.actor("A.colleague"), referral_id=sent.id)
    scene.add("situation_id", kept.id, "A.referent")
    scene.add("referral_id", sent.id, "A.referent", "A.colleague")
    for text in (*person.values(), need):
        scene.world["canaries"].append({"text": text, "readers": ["A.referent"]})
    for text in (asked, question):
        scene.world["canaries"].append({"text": text, "readers": ["A.referent", "A.colleague"]})


def _document(scene: Scene) -> None:
    """A file that A joined to its referral to B, which B reads once it has accepted."""
    to_b = select(Referral.id).where(
        Referral.receiver_org_id == scene.organizations["B"], Referral.sent_at.is_not(None)
    )
    referral_id = session().scalars(to_b).first()
    assert referral_id is not None
    folder = scene.app.extensions["maillage_settings"].paths.files / "referrals"
    folder.mkdir(exist_ok=True)
    document_id = attachments.attach(
        scene.actor("A.referent"), referral_id=referral_id, folder=folder,
        upload=Upload("Courrier repère CANARI-DOCUMENT-7755.pdf", "application/pdf", b"%PDF- CANARI-DOCUMENT-7755"),
    )  # fmt: skip
    scene.add("document_id", document_id, "A.referent", "B.intake")
    readers = ["A.referent", "A.colleague", "B.intake", "B.volunteer"]
    scene.world["canaries"].append({"text": "CANARI-DOCUMENT-7755", "readers": readers})


def _draft(scene: Scene) -> None:
    """A situation that D's intake has begun: nobody else knows of it."""
    given = SituationInput.model_validate({"need": DRAFT_WORDS, "person": {"first_name": "Canari-Prénom-7751"}})
    kept = referrals.create_situation(scene.actor("D.intake"), given=given)
    scene.add("situation_id", kept.id, "D.intake")
    for text in (DRAFT_WORDS, "Canari-Prénom-7751"):
        scene.world["canaries"].append({"text": text, "readers": ["D.intake"]})


def _grids(scene: Scene) -> None:
    """A grid that A's referent joined to a file, and one that D's intake has begun."""
    for key, text in (("A.referent", "CANARI-GRILLE-7781"), ("D.intake", "CANARI-GRILLE-7782")):
        actor = scene.actor(key)
        situation_id = next(one.id for one in scene.things_named("situation_id") if key in one.known_to)
        grid_id = grids.begin(actor, situation_id=situation_id, code="arrival")
        given = {"language": f"Repère {text}"}
        grids.fill(actor, grid_id=grid_id, section="meeting", given=given)
        scene.add("grid_id", grid_id, key)
        scene.world["canaries"].append({"text": text, "readers": [key]})
        if key == "A.referent":
            grids.join(actor, grid_id=grid_id)


def _directory(scene: Scene) -> None:
    editors = {"B": ("B.intake",), "C": ("C.intake",), "A": ("A.org_admin",)}
    for one in scene.world["services"]:
        scene.add("service_id", UUID(one["id"]), *editors[one["organization"]])
    hidden = _service("Service repère CANARI-HIDDEN-7752")
    service_id = directory.create_service(scene.actor("B.org_admin"), content=hidden, publish=False)
    scene.add("service_id", service_id, "B.intake", "H.platform_admin")
    scene.world["canaries"].append(
        {"text": hidden.name, "readers": ["B.intake", "B.org_admin", "H.platform_admin"]}  # moderators see drafts
    )
    published = UUID(scene.world["services"][0]["id"])
    directory.report_error(None, service_id=published, kind="closed", message="Signalement repère CANARI-REPORT-7753")
    scene.world["canaries"].append({"text": "CANARI-REPORT-7753", "readers": ["B.intake", "B.org_admin"]})
    scene.add("report_id", _only(ServiceReport), "B.intake")
    unvetted = scene.actor("D.org_admin")
    pending = _service("Proposition repère CANARI-PENDING-7754")
    directory.create_service(replace(unvetted, org_vetted=False), content=pending)
    scene.world["canaries"].append({"text": pending.name, "readers": ["D.intake", "D.org_admin", "H.platform_admin"]})
    revision = session().scalar(select(ServiceRevision.id).where(ServiceRevision.state == "pending"))
    assert revision is not None
    scene.add("revision_id", revision, "H.platform_admin")


def _people(scene: Scene) -> None:
    for key, org_id in scene.organizations.items():
        scene.add("org_id", org_id, key)
    for key in ("A.referent", "B.intake", "D.intake"):
        scene.add("user_id", scene.people[key], *(("A.org_admin",) if key[0] == "A" else ()))
    for key in ("A.org_admin", "D.org_admin"):
        accounts.invite(
            scene.actor(key), email=f"invite-{key[0]}@nulle-part.example", name="Inès Vitée", roles=["referent"]
        )
        grant = session().scalar(select(AccessGrant.id).where(AccessGrant.org_id == scene.organizations[key[0]]))
        assert grant is not None
        scene.add("grant_id", grant, key)


def _keys(scene: Scene) -> None:
    for key in ("A.referent", "D.intake"):
        sign_in(scene.app.test_client(), scene.user(key), scene.organization(key))
        scene.add("session_id", _of(UserSession, scene.people[key]), key)
        scene.add("token_id", _of(ApiToken, scene.people[key]), key)
        with transaction() as tx:
            lock = SecurityKey(id=new_id(), user_id=scene.people[key], label=f"Clé de {key}")
            lock.credential_id, lock.public_key = lock.id.bytes, b"never asked here"
            tx.add(lock)
        scene.add("key_id", lock.id, key)


def _vaults(scene: Scene) -> None:
    """A has a vault, open in a browser; D has one that its intake worker asks to enter."""
    passwords = {one["key"]: one["password"] for one in scene.world["users"]}
    for key in ("A.org_admin", "D.org_admin"):
        vaults.create(_seated(scene, key), password=passwords[key], code=boxes.new_code())
    vaults.ask(_seated(scene, "D.intake"), password=passwords["D.intake"])


def _seated(scene: Scene, key: str) -> Actor:
    sign_in(scene.app.test_client(), scene.user(key), scene.organization(key))
    latest = select(UserSession.id).where(UserSession.user_id == scene.people[key]).order_by(UserSession.id.desc())
    return replace(scene.actor(key), session_id=session().scalars(latest).first())


def _programs(scene: Scene) -> None:
    """A and D each have a program told, that nobody runs."""
    for key in ("A.org_admin", "D.org_admin"):
        webhook_id = webhooks.add(scene.actor(key), label=f"Logiciel de {key}", url="http://127.0.0.1:9/").id
        webhooks.send_test(scene.actor(key), webhook_id=webhook_id)
        told = session().scalar(select(WebhookDelivery.id).where(WebhookDelivery.webhook_id == webhook_id))
        assert told is not None
        scene.add("webhook_id", webhook_id, key)
        scene.add("delivery_id", told, key)


def _jobs(scene: Scene) -> None:
    with transaction() as tx:
        job = outbox.enqueue(tx, "nothing.handles.this", {}, not_before=clock.now() + timedelta(days=300))
        job.dead_at = clock.now()
        scene.add("job_id", job.id, "H.platform_admin")


def _notices(scene: Scene) -> None:
    for key in ("A.referent", "B.intake"):
        scene.add("notification_id", _of(Notification, scene.people[key]), key)
    scene.add("mail_id", _only(MailMessage), ANYBODY)


def _service(name: str) -> ServiceContent:
    return ServiceContent(name=name, themes=("mental-health",), address_visibility="never")  # type: ignore[arg-type]


def _of(model: Any, user_id: UUID) -> UUID:
    found = session().scalar(select(model.id).where(model.user_id == user_id))
    assert isinstance(found, UUID)
    return found


def _only(model: Any) -> UUID:
    found = session().scalar(select(model.id).limit(1))
    assert isinstance(found, UUID)
    return found
