"""Every page, as each kind of user, on a phone and on a desk, light and dark: axe, overflow, valid HTML, silence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from maillage.demo.content import demo_id
from maillage.kernel.db import session
from maillage.referrals.grids.models import FilledGrid
from maillage.referrals.models import Referral, Situation

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SERVICE = demo_id("service", "heures-douces--visites")
SHELTER = demo_id("service", "voix-aube--ecoute")
ORGANIZATION = demo_id("organization", "heures-douces")
SEARCH = "t=elderly-isolation.100&place=commune%3A62119&ouvert=now"
REFERENT, INTAKE, VOLUNTEER = "corons-lumiere.referent", "heures-douces.intake", "heures-douces.volunteer"
ADMIN, PLATFORM = "equilibre.admin", "maillage-hote.platform-admin"
FILE = (
    "personne", "personne/modifier", "suivi", "suivi/a-faire", "procedure", "autonomie", "autonomie/debut",
    "entourage", "lecteurs", "menage/ajouter", "opposes", "opposes/a-part", "droits", "fiche",
)  # fmt: skip
LEAD, COORDINATOR = "meuse-citadelle.lead", "coord-wal.coordinator"
SESSION = f"/reseau/formations/{demo_id('event', 'cycle-impayes-0')}"
GROUP = f"/reseau/groupes/{demo_id('group', 'namur')}"
TAUGHT = (
    "/reseau/partenaires", "/reseau/formations", "/reseau/formations/catalogue", "/reseau/formations/besoins", SESSION,
    f"{SESSION}/inscrits", f"{SESSION}/modifier",
)  # fmt: skip

PAGES: dict[str | None, list[str]] = {
    None: [
        "/", "/recherche?t=elderly-isolation.100&place=commune%3A62119",
        "/recherche?t=violence-against-women.100&u=violence", "/recherche?k=zzzzzz",
        f"/services/{SERVICE}", f"/services/{SHELTER}", f"/services/{SERVICE}/signaler",
        f"/organisations/{ORGANIZATION}", "/connexion", "/aide", "/accessibilite", "/vie-privee", "/etat-du-service",
        "/nulle-part",
    ],
    REFERENT: [
        "/", "/a-traiter", "/mes-orientations", "/mes-orientations/toutes", f"/orienter?service_id={SERVICE}",
        "SENT", "SENT/ecrire-a-la-personne",
        "SITUATION", *(f"SITUATION/{part}" for part in FILE), "/aller-vers", "/danger-immediat", "/droits",
        "/grilles", "/grilles/diagnosis/vierge", "GRID", "/reseau/outils",
        f"/reseau/outils/nouveau?groupe={demo_id('group', 'hdf')}&nature=experience",
        "/orientations/ouvrir", "/compte/absence", "/notifications", "/notifications/preferences", "/compte",
        "/compte/profil", "/compte/mot-de-passe", "/compte/second-facteur", "/compte/second-facteur/cles/nouvelle",
        "/connexion/confirmer", "/compte/sessions", "/compte/cles", "/compte/cles/nouvelle", "/compte/agenda",
        "/reseau/questions", "/reseau/questions/poser", f"/reseau/questions/{demo_id('question', 'siao')}",
        "/favoris", "/recherches", f"/recherches/nouvelle?{SEARCH}", f"/recherche/livret?{SEARCH}",
    ],
    INTAKE: ["/boite-partagee", "RECEIVED", "RECEIVED/notes", "/mes-services", f"/mes-services/{SERVICE}/modifier"],
    VOLUNTEER: ["/boite-partagee", "/compte"],
    ADMIN: [
        "/administration", "/administration/connexion", "/administration/identite", "/administration/membres",
        "/administration/journal", "/administration/logiciels", "/administration/logiciels/ajouter", "/coffre",
        "/coffre/creer", "/mes-services", "/mes-services/nouveau",
    ],
    LEAD: [
        "/reseau", GROUP, f"{GROUP}/membres", f"{GROUP}/quitter", f"{GROUP}/reglages", *TAUGHT,
        f"{GROUP}/reunions", f"{GROUP}/reunions/nouvelle", "/reseau/savoir-faire",
    ],
    COORDINATOR: [
        "/reseau/coordination", "/reseau/coordination/groupes", "/reseau/appels", "/reseau/actualites",
        "/reseau/actualites/ecrire", "/reseau/organisations", "/reseau/rapports", "/reseau/textes/nouveau",
    ],
    PLATFORM: [
        "/plateforme", "/plateforme/organisations", "/plateforme/personnes", "/plateforme/envois",
        f"/plateforme/organisations/{ORGANIZATION}", f"/plateforme/organisations/{ORGANIZATION}/boite",
        "/plateforme/journal", "/plateforme/recherche", "/moderation", "/boite-d-envoi",
    ],
}  # fmt: skip
VIEWS = [(360, "light"), (1280, "dark")]


@dataclass(frozen=True)
class Landmarks:
    """Addresses that depend on what the demonstration made."""

    sent: str
    received: str
    situation: str
    grid: str

    def of(self, path: str) -> str:
        place, slash, part = path.partition("/")
        known = {"SENT": self.sent, "RECEIVED": self.received, "SITUATION": self.situation, "GRID": self.grid}
        return f"{known[place]}{slash}{part}" if place in known else path


@pytest.fixture
def landmarks(site: Any) -> Landmarks:
    with site.app.app_context():
        referent = demo_id("user", REFERENT)
        sent = session().scalars(
            select(Referral).where(Referral.sender_user_id == referent, Referral.state == "in_progress")
        )
        received = session().scalars(
            select(Referral).where(Referral.receiver_org_id == ORGANIZATION, Referral.state.in_(("sent", "seen")))
        )
        situation = session().scalars(select(Situation).where(Situation.created_by == referent))
        grid = session().scalars(select(FilledGrid).where(FilledGrid.user_id == referent))
        return Landmarks(
            f"/orientations/{sent.first().id}",
            f"/orientations/{received.first().id}",
            f"/situations/{situation.first().id}",
            f"/grilles/{grid.first().id}",
        )


def problems(page: Page) -> list[str]:
    """What axe and the width of the page say of the page that is open, once it is there whole."""
    page.wait_for_load_state()
    found = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("wider than the screen")
    return found


def faults(html: str) -> list[str]:
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree = parser.parse(html)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    found = [f"{position}: {code}" for position, code, _ in parser.errors]
    found += [f"id used twice: {name}" for name in {name for name in ids if ids.count(name) > 1}]
    title = tree.find(".//title")
    return found + ([] if title is not None and title.text else ["no title"])


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
@pytest.mark.parametrize("who", PAGES, ids=lambda who: who or "visitor")
def test_pages_are_accessible(
    who: str | None,
    width: int,
    scheme: str,
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    landmarks: Landmarks,
    complaints: list[str],
) -> None:
    page = open_page(width=width, scheme=scheme)
    if who is not None:
        sign_in(page, who)
    found = []
    for path in PAGES[who]:
        answer = page.goto(landmarks.of(path))
        assert answer is not None
        if path == "/nulle-part":
            complaints[:] = [text for text in complaints if "404" not in text]
        else:
            assert answer.status == 200, path
        found += [f"{path}: {problem}" for problem in problems(page)]
        if (width, scheme) == VIEWS[0]:
            found += [f"{path}: {fault}" for fault in faults(answer.text())]
    assert found == []


@pytest.mark.parametrize("who", [REFERENT, INTAKE])
def test_pages_work_without_javascript(
    who: str, open_page: Callable[..., Page], sign_in: Callable[[Page, str], None], landmarks: Landmarks
) -> None:
    page = open_page(javascript=False)
    sign_in(page, who)
    for path in PAGES[who]:
        answer = page.goto(landmarks.of(path))
        assert answer is not None
        assert answer.status == 200
        assert page.get_by_role("heading", level=1).count() == 1, path


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_what_is_kept_is_accessible(
    width: int, scheme: str, open_page: Callable[..., Page], sign_in: Callable[[Page, str], None]
) -> None:
    """A search saved, a service kept, a booklet ordered: the pages that then hold something, and the sheet."""
    page = open_page(width=width, scheme=scheme)
    sign_in(page, REFERENT)
    found = []

    def look() -> None:
        found.extend(f"{page.url}: {problem}" for problem in problems(page))

    page.goto(f"/recherches/nouvelle?{SEARCH}")
    page.get_by_label("Nom de la recherche").fill(f"Isolement {scheme}")
    page.get_by_role("button", name="Enregistrer").click()
    look()
    page.get_by_role("link", name=f"Isolement {scheme}", exact=True).click()
    look()
    page.goto(f"/services/{SERVICE}")
    keep = page.get_by_role("button", name="Garder pour l’équipe")
    if keep.count():  # the site is shared by the tests
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            keep.click()
    for path in ("/favoris", f"/favoris/{SERVICE}/note", f"/services/{SERVICE}/fiche"):
        page.goto(path)
        look()
    page.goto(f"/recherche/livret?{SEARCH}")
    page.get_by_role("button", name="Préparer le livret").click()
    expect(page.get_by_role("heading", level=1, name="Livret")).to_be_visible()
    expect(page.get_by_role("link", name="Télécharger")).to_be_visible(timeout=20_000)
    look()
    page.goto("/taches")
    look()
    assert found == []
