"""A small directory for search engines: twenty services in each of ten towns, the same at each call."""

import datetime as dt
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from maillage_search.port import Capacity, ServiceDocument
from maillage_search.taxonomy import load_taxonomy

TODAY = dt.date(2026, 3, 1)
PARTNER = str(uuid5(NAMESPACE_URL, "a landlord"))


class Town(NamedTuple):
    name: str
    code: str
    lat: float
    lon: float
    area: str
    country: str = "FR"


class Kind(NamedTuple):
    name: str
    organization: str
    theme: str
    publics: tuple[str, ...]
    text: str


TOWNS = (
    Town("Béthune", "62119", 50.5297, 2.64, "departement:62"),
    Town("Lens", "62498", 50.433, 2.8279, "departement:62"),
    Town("Arras", "62041", 50.293, 2.7819, "departement:62"),
    Town("Lille", "59350", 50.633, 3.0586, "departement:59"),
    Town("Amiens", "80021", 49.9, 2.3, "departement:80"),
    Town("Paris", "75056", 48.8534, 2.3488, "departement:75"),
    Town("Namur", "BE-92094", 50.4669, 4.8675, "province:BE-WNA", "BE"),
    Town("Liège", "BE-62063", 50.6337, 5.5675, "province:BE-WLG", "BE"),
    Town("Charleroi", "BE-52011", 50.4114, 4.4445, "province:BE-WHT", "BE"),
    Town("Mons", "BE-53053", 50.4541, 3.9523, "province:BE-WHT", "BE"),
)
KINDS = (
    Kind("Visites de convivialité", "Les Amis du Soir", "elderly-isolation", ("seniors",),
         "Des bénévoles rendent visite aux personnes âgées qui ne sortent plus et rompent leur isolement."),
    Kind("Aide à domicile", "Mieux chez Soi", "home-help", ("seniors", "disabled-people"),
         "Ménage, courses et repas pour rester chez soi malgré la perte d’autonomie."),
    Kind("Consultation en addictologie", "Centre Rivage", "addiction", ("everyone",),
         "Accompagnement médical et psychologique gratuit face à l’alcool, au tabac et aux drogues."),
    Kind("Point écoute santé mentale", "Maison Zéphyr", "mental-health", ("young-people",),
         "Un psychologue reçoit sans rendez-vous pour parler de son mal-être et de ses angoisses."),
    Kind("Hébergement de mise à l’abri", "Toit pour Elles", "violence-shelter", ("women",),
         "Mise en sécurité des femmes victimes de violences conjugales, avec leurs enfants."),
    Kind("Permanence juridique", "Boussole Droits", "legal-aid", ("everyone",),
         "Des juristes informent sur les droits et aident à remplir un recours."),
    Kind("Prévention des expulsions", "Garder son Logis", "eviction", ("families",),
         "Dès le premier impayé de loyer, un travailleur social négocie un plan d’apurement avec le bailleur."),
    Kind("Accompagnement au surendettement", "Crésus Nord", "over-indebtedness", ("everyone",),
         "Dépôt d’un dossier à la Banque, budget et relations avec les créanciers."),
    Kind("Épicerie solidaire", "Le Panier Partagé", "food-aid", ("families", "students"),
         "Produits frais et colis alimentaires à petit prix, sur orientation d’un travailleur social."),
    Kind("Vestiaire", "La Penderie", "clothing", ("everyone",),
         "Vêtements, chaussures et linge de maison donnés ou vendus à bas prix."),
    Kind("Garage solidaire", "Roue Libre", "vehicle-repair", ("jobseekers",),
         "Réparation de voitures à tarif réduit pour aller travailler."),
    Kind("Auto-école sociale", "Permis Pas à Pas", "driving-licence", ("jobseekers", "young-people"),
         "Préparation du permis de conduire pour des personnes en insertion."),
    Kind("Ateliers de français", "Passerelle des Mots", "learning-french", ("exiled-people",),
         "Cours de français langue étrangère pour primo-arrivants, matin et soir."),
    Kind("Espace public numérique", "Clic et Cie", "digital-skills", ("everyone",),
         "Apprendre à se servir d’un ordinateur, d’un courriel et des démarches en ligne."),
    Kind("Mission emploi", "Cap Métier", "job-search", ("jobseekers",),
         "Recherche d’emploi, curriculum vitæ et entraînement aux entretiens."),
    Kind("Halte-garderie", "Les Petits Pas", "childcare", ("families", "single-parents"),
         "Accueil occasionnel d’enfants de moins de trois ans, places en urgence."),
    Kind("Soutien à la parentalité", "Parents en Chemin", "family-school", ("families",),
         "Groupes de parole et médiation avec l’école pour parents dépassés."),
    Kind("Café des aidants", "Épaule contre Épaule", "carers-support", ("carers",),
         "Répit et échanges pour ceux qui soignent un proche malade ou dépendant."),
    Kind("Conseil en énergie", "Watt Malin", "energy", ("everyone",),
         "Visite du logement, factures d’électricité et petits travaux contre le froid."),
    Kind("Accueil de jour", "La Halte", "day-centre", ("homeless-people",),
         "Douche, café, bagagerie et domiciliation pour personnes sans abri."),
)  # fmt: skip
_CAPACITIES: tuple[Capacity, ...] = ("unknown", "free", "limited", "waiting", "full")
_FEES, _MODES = ("gratuit", "payant", ""), (("en-presentiel",), ("a-distance",), ("en-presentiel", "a-distance"))


def directory() -> list[ServiceDocument]:
    return [_document(k, t) for t in range(len(TOWNS)) for k in range(len(KINDS))]


def make_document(name: str, **fields: Any) -> ServiceDocument:
    """One more service, that shares no word with the directory unless told."""
    defaults: dict[str, Any] = {"id": str(_id(name)), "version": 1, "organization": "Hors Ville", "country": "FR"}
    return ServiceDocument(name=name, **(defaults | fields))


def newer(document: ServiceDocument, **changes: Any) -> ServiceDocument:
    return replace(document, version=document.version + 1, **changes)


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


def _document(k: int, t: int) -> ServiceDocument:
    kind, town = KINDS[k], TOWNS[t]
    number = t * len(KINDS) + k
    located = number % 11 != 3
    # The text's length differs from town to town: no two records of one kind score alike.
    places = " ".join(
        f"quartier {word}" for word in ("gare", "beffroi", "canal", "nord", "sud", "est", "parc")[: t % 7]
    )
    return ServiceDocument(
        id=str(_id(f"{kind.name} {town.name}")),
        version=1,
        name=f"{kind.name} de {town.name}",
        organization=f"{kind.organization} {town.name}",
        organization_id=str(_id(kind.organization)),
        acronyms=(f"{kind.organization[0]}{k:02d}{town.name[0]}X".upper(),),
        summary=kind.text,
        description=f"Service ouvert à {town.name} {places}.",
        themes=(kind.theme,),
        data_inclusion=load_taxonomy().themes[kind.theme].data_inclusion,
        publics=kind.publics,
        types=("accompagnement",) if k % 2 else ("accueil", "information"),
        modes=_MODES[number % 3],
        fee=_FEES[number % 3],
        languages=("fr", "en") if k % 4 == 0 else ("fr",),
        country=town.country,
        commune_code=town.code,
        commune=town.name,
        lat=town.lat + k / 1000 if located else None,
        lon=town.lon - k / 1000 if located else None,
        approximate=number % 5 == 0,
        areas=(town.area,) if k % 3 == 0 else (f"commune:{town.code}",) if k % 3 == 1 else (),
        itinerant=k == 0,
        category="ccas" if k == 19 else "association",
        capacity=_CAPACITIES[number % 5],
        capacity_on=TODAY - dt.timedelta(days=number % 60),
        verified_on=TODAY - dt.timedelta(days=5 * number),
        open_to="tenants" if number % 7 == 0 else "all",
        phone=f"03 21 {number:06d}".replace(" ", ""),
        answer_median_days=number % 20 / 2,
        answer_sample=number % 12,
        partner_orgs=(PARTNER,) if number % 9 == 0 else (),
    )
