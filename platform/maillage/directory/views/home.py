"""Words of the home page: six situations that référents meet most, as searches by codes; figures of the directory."""

from maillage.directory.addresses import href
from maillage.directory.queries import Figures
from maillage.directory.search_state import COUNTRIES, SearchState
from maillage_search.places import Place
from maillage_search.port import Understood, UnderstoodTheme, UrgencyKind
from maillage_search.taxonomy import load_taxonomy

_COUNTRY_NAMES = {"FR": "France", "BE": "Belgique"}
_SITUATIONS: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...], UrgencyKind | None], ...] = (
    ("Ne sort plus, ne voit plus personne", "Isolement des personnes âgées", "person",
     ("elderly-isolation", "social-ties"), ("seniors",), None),
    ("Ne paie plus son loyer", "Impayés, dettes, expulsion", "document",
     ("rent-arrears", "over-indebtedness", "eviction"), (), None),
    ("Va mal, inquiète ses voisins", "Santé mentale, voisinage", "people",
     ("mental-health", "neighbour-trouble"), (), None),
    ("A peur chez elle", "Violences faites aux femmes", "lock",
     ("violence-against-women", "violence-shelter"), ("women",), "violence"),
    ("Se perd dans ses démarches", "Droits, papiers, internet, lecture", "info",
     ("administrative-procedures", "online-procedures", "illiteracy"), (), None),
    ("N’arrive plus à remplir le frigo", "Aide alimentaire, énergie, aides financières", "home",
     ("food-aid", "financial-aid", "energy"), (), None),
)  # fmt: skip
_LESS_EACH = 0.2


def frequent_situations(country: str, home: Place | None) -> list[dict[str, str]]:
    """Near the reader's own territory when there is one."""
    return [
        {"title": title, "text": text, "icon": icon, "href": href(search.with_place(home, at_home=home is not None))}
        for title, text, icon, themes, publics, urgent in _SITUATIONS
        for search in (_search(themes, publics, urgent, country),)
    ]


def country_tabs(current: str) -> list[dict[str, object]]:
    return [
        {
            "label": _COUNTRY_NAMES[code],
            "href": href(SearchState(country=code), "search.home"),
            "current": code == current,
        }
        for code in COUNTRIES
    ]


def figures_sentence(told: Figures) -> str:
    """What the directory holds, then what happened this month; a figure of nothing is not told."""
    if not told.services:
        return "L’annuaire se remplit\u00a0: les premiers services arrivent bientôt."
    holds = f"{_count(told.services, 'service')} de {_count(told.organizations, 'organisation')}"
    if told.with_room:
        holds += f", dont {told.with_room} avec des places annoncées"
    month = [
        f"{_count(number, noun)} {many if number > 1 else one}"
        for number, noun, one, many in (
            (told.verified, "fiche", "a été vérifiée", "ont été vérifiées"),
            (told.answered, "orientation", "a reçu une réponse", "ont reçu une réponse"),
        )
        if number
    ]
    return f"{holds}." + (f" Ce mois-ci, {' et '.join(month)}." if month else "")


def _count(number: int, noun: str) -> str:
    told = f"{number:,}".replace(",", "\u00a0")
    return f"{told}\u00a0{noun}{'s' if number > 1 else ''}"


def _search(codes: tuple[str, ...], publics: tuple[str, ...], urgent: UrgencyKind | None, country: str) -> SearchState:
    vocabulary = load_taxonomy().themes
    weights = {code: round(1 - _LESS_EACH * rank, 1) for rank, code in enumerate(codes)}
    themes = tuple(
        UnderstoodTheme(code, vocabulary[code].data_inclusion, weight, "") for code, weight in weights.items()
    )
    # The first theme has the last word on a code that several share.
    concepts = {
        part: weight
        for code, weight in reversed(weights.items())
        for part in (code, *vocabulary[code].data_inclusion[:2])
    }
    understood = Understood(themes=themes, concepts=concepts, certainty=1.0, publics=publics, urgent=urgent)
    return SearchState(understood=understood, country=country if country != COUNTRIES[0] else "")
