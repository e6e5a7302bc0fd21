"""Where a place is, for those who may not know: in no page, answer, map, paper, mail or file of the index, and not to
be worked out from distances."""

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import product
from random import Random
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.routing import Rule

from factories.accounts import actor_of, make_organization, make_user, sign_in
from factories.canaries import Canaries, files_under, looks_of
from factories.directory import make_profile, make_service
from factories.routes import plain
from factories.world import IDENTITIES, Scene
from maillage.directory import search_state, service
from maillage.directory.content import ServiceContent
from maillage.directory.keeping import service as keeping
from maillage.directory.models import Service, ServiceRevision
from maillage.directory.search import documents
from maillage.kernel import jobs
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import session
from maillage.notifications.models import MailMessage

pytestmark = pytest.mark.security

MARKINGS = ("public", "commune_only", "partners", "never", "")
"""The last one is none that we know."""
EVERYBODY = frozenset(IDENTITIES) | {"U.intake"}
PROFESSIONALS = frozenset({
    "A.referent", "A.colleague", "A.org_admin", "B.intake", "C.intake", "D.intake", "N.lead", "N.coordinator",
    "H.platform_admin", "token:D.intake",
})  # fmt: skip
MAY_KNOW: dict[str, frozenset[str]] = {
    "public": EVERYBODY,
    "commune_only": frozenset({"H.platform_admin"}),
    "partners": PROFESSIONALS,
    "never": frozenset(),
    "": frozenset(),
}
OF_PLACES = {"service_id", "org_id", "revision_id"}


def about_places(rule: Rule) -> bool:
    return bool(rule.arguments & OF_PLACES) or rule.endpoint in SEARCHES


WHO: dict[str, Callable[[Rule], bool]] = {
    "anonymous": about_places,
    "A.referent": lambda rule: True,
    "B.volunteer": about_places,
    "U.intake": about_places,
    "H.platform_admin": lambda rule: about_places(rule) or not rule.rule.startswith(("/situations", "/orientations")),
    "link:E": lambda rule: rule.endpoint.startswith("links."),
    "token:A.reads": lambda rule: rule.rule.startswith("/api/"),
}
"""One of each sort of reader, and what there is for them to read; nobody vetted the organisation of `U.intake`."""
NAME = "Refuge des Cigognes"
"""Of every service here: they are found by their name."""
ABOUT = "t=violence-shelter.100&c=violence-shelter.100"
NEAR = f"{ABOUT}&place=commune%3A62119"
SEARCHES = {
    "search.results": (NEAR, f"{NEAR}&radius=10", f"{NEAR}&vue=carte", f"{NEAR}&ouvert=now"),
    "search_api.search": (
        "q=refuge+cigognes&limit=100", "themes=violence-shelter&place=commune:62119", "q=refuge&open=now",
        "q=refuge&lat=50.53&lon=2.64&radius_km=20",
    ),
    "search_api.suggested": ("q=refuge", "q=maison"),
    "search_api.places": ("q=beth",),
    "search.offer": (),
    "booklets.order": (NEAR,),
    "saved.create": (NEAR,),
}  # fmt: skip


@dataclass
class Marked:
    """An organisation and a service of it for each marking, with canaries wherever their place is written."""

    scene: Scene
    canaries: Canaries = field(default_factory=lambda: Canaries(Random()))
    secrets: dict[str, list[str]] = field(default_factory=dict)
    services: list[UUID] = field(default_factory=list)
    organizations: list[UUID] = field(default_factory=list)
    revisions: list[UUID] = field(default_factory=list)

    def hidden_from(self, name: str) -> list[str]:
        return [text for marking, told in self.secrets.items() if name not in MAY_KNOW[marking] for text in told]

    def plant(self, marking: str) -> None:
        lat, lon = (f"{degrees}{Random().randrange(100_001, 10**6, 2)}" for degrees in ("50.53", "2.65"))
        at = {"commune_code": "62119", "lat": float(lat), "lon": float(lon)}
        address, name, stop, own, postcode = (self.canaries.plant() for _ in range(5))
        place = at | {"address": address, "name": name, "postcode": postcode[-10:], "kind": "itinerant"}
        place |= {"opening_hours": "Mo-Su 00:00-24:00", "stops": [at | {"place": stop}]}
        org = make_organization(name=f"Maison {marking}")
        make_profile(org, address=own, postcode=own[-10:], address_visibility=marking)
        shown = {"address_visibility": marking, "themes": ["violence-shelter"], "name": f"{NAME} {marking}"}
        made = make_service(org, locations=[place], **shown)
        self.secrets[marking] = [address, name, stop, own, postcode[-10:], own[-10:], lat[2:], lon[1:]]
        self.services.append(made.id)
        self.organizations.append(org.id)
        if marking in ("never", "public"):
            self.revisions.append(self._proposed(made, org))

    def _proposed(self, made: Service, org: Any) -> UUID:
        """Another door, which waits for a moderator."""
        door = self.canaries.plant()
        self.secrets[made.address_visibility].append(door)
        now = ServiceContent.of(made)
        there = now.model_copy(update={"locations": (now.locations[0].model_copy(update={"address": door}),)})
        owner = actor_of(make_user(org, ("intake",)), org, org_vetted=False)
        service.update_service(owner, service_id=made.id, content=there)
        found = session().scalars(select(ServiceRevision.id).where(ServiceRevision.service_id == made.id)).all()
        return found[-1]


@pytest.fixture
def marked(scene: Scene) -> Marked:
    made = Marked(scene)
    for marking in MARKINGS:
        made.plant(marking)
    service.rebuild_index(SYSTEM)
    jobs.drain()
    return made


def test_no_page_answer_or_map_tells_a_place_to_who_may_not_know_it(marked: Marked) -> None:
    asked = 0
    seen: set[str] = set()
    for name, reads in WHO.items():
        client, headers = knock(marked, name)
        hidden = marked.hidden_from(name)
        for rule, where in addresses(marked):
            if not reads(rule):
                continue
            answer = client.get(where, headers=headers)
            told = html.unescape(answer.text) + str(answer.headers)
            leaked = [text for text in hidden if text in told]
            assert not leaked, f"{name} GET {where}: {leaked}"
            seen |= {text for told_to in marked.secrets.values() for text in told_to if text in told}
            asked += 1
    for marking in ("public", "partners", "commune_only"):
        assert marked.secrets[marking][0] in seen, f"the search itself finds no {marking} address"
    print(f"{asked} answers to {len(WHO)} sorts of readers, {sum(map(len, marked.secrets.values()))} canaries: 0 found")


def knock(marked: Marked, name: str) -> Any:
    if name != "U.intake":
        return marked.scene.knock(IDENTITIES[name])
    org = make_organization(status="listed")
    return sign_in(marked.scene.app.test_client(), make_user(org, ("intake",)), org), {}


def addresses(marked: Marked) -> Iterator[tuple[Rule, str]]:
    """Every page of the URL map that can be asked for: of each service and organisation, of one other thing."""
    for rule in marked.scene.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "links.enter"):
            continue
        for values in product(*(values_of(marked, rule, name) for name in sorted(rule.arguments))):
            _, path = rule.build(dict(zip(sorted(rule.arguments), values, strict=True))) or ("", "")
            offered = ["&".join(f"s={one}" for one in marked.services)] if rule.endpoint == "search.offer" else []
            for query in (*SEARCHES.get(rule.endpoint, ()), *offered, ""):
                yield rule, f"{path}?{query}" if query else path


def values_of(marked: Marked, rule: Rule, name: str) -> list[Any]:
    own = {"service_id": marked.services, "org_id": marked.organizations, "revision_id": marked.revisions}
    if name in own:
        return own[name]
    things = marked.scene.things_named(name) if name.endswith("_id") else []
    return [next((one.id for one in things), None) or plain(rule, name)]


def test_nothing_on_paper_in_mails_or_on_disk(marked: Marked) -> None:
    """What leaves the house, or lies in a folder, holds what anybody may know."""
    scene, hidden = marked.scene, marked.hidden_from("anonymous")
    state = search_state.read([tuple(pair.split("=")) for pair in unquote(NEAR).split("&")])
    reader = scene.actor("A.referent")
    booklet_id = keeping.order_booklet(reader, state=state)
    keeping.save_search(reader, state=state, name=NAME, frequency="immediate")
    jobs.drain()
    client, _ = scene.knock(IDENTITIES["A.referent"])
    paper = client.get(f"/taches/{booklet_id}/fichier").data
    printed = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages).split())
    assert "".join(NAME.split()) in printed and marked.secrets["public"][0] in printed
    mails = "".join(f"{mail.subject}{mail.text}{mail.html}" for mail in session().scalars(select(MailMessage)))
    held = documents(session(), marked.services)
    assert len(held) == len(MARKINGS) and marked.secrets["public"][-2] in str(held)
    for told in (printed, mails, str(held)):
        assert [text for text in hidden if text in told] == []
    folder = scene.app.extensions["maillage_settings"].paths.search
    files = list(files_under(folder))
    for name, blob in files:
        assert not [text for text in hidden if any(look in blob for look in looks_of(text))], name
    print(f"{len(printed)} characters of paper, {len(mails)} of mails, {len(files)} files of the index: 0 found")
