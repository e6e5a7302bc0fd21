"""Finding the place named in a sentence: names, postcodes and areas, and what stands before and after them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from maillage_search.place_data import Gazetteer, Kind, Place, settle, split_word
from maillage_search.text import STOP_WORDS

_LINKS = frozenset("a au aux de du des la le les en dans sur".split())
_ARTICLES = frozenset("la le les au aux du des un une".split())
_CONTRACTIONS = {"au": "le", "du": "le", "aux": "les", "des": "les"}
_AROUND = frozenset(
    "pres autour secteur vers proche proximite alentours alentour environs cote pourtour bassin".split()
)
_SETTLED = frozenset(
    """
    commune communes ville mairie quartier habite habitent habitant habitante domicilie domiciliee reside residant vit
    vivant vivent loge logee installe installee demenage demenager arrive arrivee canton
    """.split()
)
_AREA_WORDS: dict[str, Kind] = {
    **dict.fromkeys(("departement", "departements", "dep", "dept", "dpt"), "departement"),
    **dict.fromkeys(("province", "prov"), "province"),
    "region": "region",
    **dict.fromkeys(("agglo", "agglomeration", "communes", "urbaine", "metropole", "interco", "epci"), "epci"),
    **dict.fromkeys(("intercommunalite", "cc", "ca", "cu"), "epci"),
}
_EPCI_WORDS = frozenset("communaute communes agglomeration metropole cc ca cu".split())
# Before a number, these announce money, time or a count; after it, a unit does.
_AMOUNTS = frozenset(
    """
    dette dettes loyer loyers revenu revenus salaire montant environ plus moins pret credit impaye impayes ressources
    retraite pension budget facture factures depuis annee annees janvier fevrier mars avril mai juin juillet aout
    septembre octobre novembre decembre entre total rsa aah apl tel telephone
    """.split()
)
_UNITS = frozenset(
    """
    euro euros eur e ans an mois jours semaines heures h m2 personnes habitants logements km metres fois kwh jeunes
    familles menages locataires enfants salaries beneficiaires
    """.split()
)
_YEARS = range(1900, 2040)
# An ordinary word after "à" or "de" is the place only when the place is a town, or a city.
_TOWN, _CITY = 10_000, 50_000


class Strength(IntEnum):
    """How sure the words around are that a place follows: nothing, a capital or comma, "à", "habite à"."""

    BARE = 0
    MARKED = 1
    LINKED = 2
    SAID = 3


class Token(NamedTuple):
    text: str
    origin: int
    marked: bool


class Lead(NamedTuple):
    """What stands before a name."""

    start: int
    strength: Strength
    link: str
    # An article right before the name: "la couture" is not in Couture.
    article: bool
    near: bool
    kind: Kind | None


@dataclass(slots=True)
class Hit:
    start: int
    end: int
    places: tuple[Place, ...]
    lead: Lead
    tokens: int

    @property
    def kind(self) -> Kind:
        return self.places[0].kind

    @property
    def fine(self) -> bool:
        return self.kind in ("commune", "postcode")


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """`place` is None when homonyms cannot be told apart: `alternatives` then holds them, the likeliest first."""

    place: Place | None
    span: tuple[int, int]
    alternatives: list[Place] = field(default_factory=list)
    # Said as "près de", "autour de", "secteur": the place is a centre rather than a limit.
    near: bool = False


def tokenize(words: Sequence[str], marks: Sequence[bool] | None = None) -> list[Token]:
    # In capitals throughout, a capital says nothing.
    if marks and len(marks) > 3 and sum(map(bool, marks)) > len(marks) / 2:
        marks = None
    tokens = []
    for origin, word in enumerate(words):
        marked = marks is not None and origin < len(marks) and bool(marks[origin])
        tokens += [Token(part, origin, marked) for part in split_word(word)]
    return tokens


class Scan:
    """One reading of one sentence."""

    def __init__(self, gazetteer: Gazetteer, tokens: list[Token], country: str | None) -> None:
        self._gazetteer = gazetteer
        self._tokens = tokens
        self._texts = [token.text for token in tokens]
        self._country = country

    def match(self, near: tuple[float, float] | None) -> PlaceMatch | None:
        hits = self._hits()
        if not hits:
            return None
        best = self._best(hits)
        start, end, places = best.start, best.end, best.places
        for other in hits:
            narrowed = tuple(place for place in places if self._inside(place, other)) if other is not best else ()
            if narrowed and (other.end == start or other.start == end):
                start, end = min(start, other.start), max(end, other.end)
            places = narrowed or places
        place, alternatives = settle(places, self._country, near)
        span = (self._tokens[start].origin, self._tokens[end - 1].origin + 1)
        return PlaceMatch(place, span, alternatives, best.lead.near)

    def _best(self, hits: list[Hit]) -> Hit:
        """The one that the sentence insists on; and within an area that it names, the commune that it names."""
        best = max(hits, key=_preference)
        within = [hit for hit in hits if hit.fine and any(self._inside(place, best) for place in hit.places)]
        return max(within, key=_preference, default=best)

    def _inside(self, place: Place, area: Hit) -> bool:
        if area.kind == "postcode":
            return place in self._gazetteer.postcodes[area.places[0].code]
        return not area.fine and any(getattr(place, area.kind) == other.code for other in area.places)

    def _hits(self) -> list[Hit]:
        hits: list[Hit] = []
        position = 0
        while position < len(self._tokens):
            hit = self._at(position)
            if hit:
                # "le Puy" must not eat the beginning of "Puy-de-Dôme".
                rivals = (self._at(later) for later in range(position + 1, hit.end))
                hit = next((rival for rival in rivals if rival and rival.end > hit.end), hit)
                hits.append(hit)
            position = hit.end if hit else position + 1
        return hits

    def _at(self, position: int) -> Hit | None:
        first = self._texts[position]
        if first[0].isdigit():
            return self._numbered(position)
        hit = self._longest(position, first)
        if not hit and (article := _CONTRACTIONS.get(first)):
            hit = self._longest(position, article)
        return hit

    def _longest(self, position: int, first: str) -> Hit | None:
        contracted = first != self._texts[position]
        longest = min(self._gazetteer.longest.get(first, 0), len(self._texts) - position)
        # A contraction ("au Havre") stands for an article, never for a whole name.
        for length in range(longest, int(contracted), -1):
            key = " ".join([first, *self._texts[position + 1 : position + length]])
            if hit := self._accept(position, position + length, key):
                return hit
        return None

    def _accept(self, start: int, end: int, key: str) -> Hit | None:
        communes, areas = self._communes(key), self._gazetteer.areas.get(key, ())
        if not communes and not areas:
            return None
        lead = self._lead(start)
        if lead.kind:
            if wanted := self._wanted(lead.kind, communes, areas):
                return Hit(lead.start, end, wanted, lead, end - start)
            lead = lead._replace(kind=None, near=True)
        areas = tuple(area for area in areas if self._is_named(area, key))
        ordinary = key in self._gazetteer.ordinary
        if areas and self._rather_area(key, communes, lead):
            sure = lead.strength == Strength.SAID or lead.link == "dans" or self._marked(end - 1)
            plausible = sure or not ordinary
            places = tuple(area for area in areas if area.kind == areas[-1].kind)
        else:
            plausible = not ordinary or self._plausible(key, end, lead)
            places = communes
        return Hit(lead.start, end, places, lead, end - start) if places and plausible else None

    def _communes(self, key: str) -> tuple[Place, ...]:
        """Of the other country, only the names in use: a hamlet beyond the border is never what was meant."""
        if found := self._gazetteer.present(key):
            return found
        former = self._gazetteer.former.get(key, ())
        return tuple(place for place in former if self._country in (None, place.country))

    def _is_named(self, area: Place, key: str) -> bool:
        """ "France" must be asked for, and so must an EPCI, unless its name says what it is ("Métropole de …")."""
        return area.kind != "country" and (area.kind != "epci" or not _EPCI_WORDS.isdisjoint(key.split()))

    def _size(self, key: str) -> int:
        """The people of the largest commune that bears the name now: a merged one no longer has any of its own."""
        return max((place.population for place in self._gazetteer.present(key)), default=0)

    def _rather_area(self, key: str, communes: tuple[Place, ...], lead: Lead) -> bool:
        """One is in Vienne "à Vienne", but "dans la Vienne"; the bare name means the town if there is one."""
        if not communes or lead.link in ("dans", "en") or (lead.article and " " not in key):
            return True
        return lead.link not in ("a", "sur") and not lead.near and self._size(key) < _TOWN

    def _wanted(self, kind: Kind, communes: tuple[Place, ...], areas: tuple[Place, ...]) -> tuple[Place, ...]:
        """What "département", "province" or "agglo" asks for; the agglo of a commune is the EPCI it belongs to."""
        named = tuple(area for area in areas if area.kind == kind)
        if named or kind != "epci":
            return named
        found, _ = settle(communes, self._country)
        group = self._gazetteer.by_code.get(("epci", found.epci)) if found else None
        return (group,) if group else ()

    def _plausible(self, key: str, end: int, lead: Lead) -> bool:
        """An ordinary word is a commune only when something says so: a lead, a capital, or the size of the town."""
        *articles, word = key.split()
        if word in STOP_WORDS or (lead.article and not articles):
            return False
        size, marked, last = self._size(key), self._marked(end - 1), end == len(self._texts)
        match lead.strength:
            case Strength.SAID:
                return marked or size >= _TOWN or not (lead.near or (articles and not lead.link))
            case Strength.LINKED:
                return marked or size >= (_TOWN if lead.link in ("a", "au", "sur") else _CITY)
            case Strength.MARKED:
                # After another capital it belongs to a name: "Croix-Rouge" is not in Rougé.
                return size >= _CITY or (last and not self._tokens[end - 2].marked)
        return last and size >= _CITY

    def _lead(self, position: int) -> Lead:
        start, link = position, _CONTRACTIONS.get(self._texts[position], "") and self._texts[position]
        article = bool(position) and self._texts[position - 1] in _ARTICLES
        while start and self._texts[start - 1] in _LINKS and position - start < 3:
            start -= 1
            # "dans le": the first of the links says more than the article.
            link = self._texts[start]
        before = self._texts[start - 1] if start else ""
        if before in _AREA_WORDS:
            return Lead(self._unfold(start - 1), Strength.SAID, link, article, False, _AREA_WORDS[before])
        if before in _AROUND:
            return Lead(start - 1, Strength.SAID, link, article, True, None)
        if before in _SETTLED:
            first = start - 1 if before in ("commune", "ville") else start
            return Lead(first, Strength.SAID, link, article, False, None)
        if link and link not in ("la", "le", "les"):
            return Lead(start, Strength.LINKED, link, article, False, None)
        strength = Strength.MARKED if self._marked(position) else Strength.BARE
        return Lead(position, strength, link, article, False, None)

    def _marked(self, position: int) -> bool:
        """The first word of a sentence is capitalised whatever it is."""
        return self._tokens[position].marked and self._tokens[position].origin > 0

    def _unfold(self, start: int) -> int:
        """ "communauté de communes", "communauté d'agglomération": the span begins at "communauté"."""
        first = start
        while first and self._texts[first - 1] in ("communaute", "de"):
            first -= 1
        return first if self._texts[first] == "communaute" else start

    def _numbered(self, position: int) -> Hit | None:
        text = self._texts[position]
        if len(text) in (4, 5) and text in self._gazetteer.postcodes:
            return self._postcode(position)
        departement = self._gazetteer.by_code.get(("departement", text.upper()))
        if not departement or (position + 1 < len(self._texts) and self._texts[position + 1] in _UNITS):
            return None
        lead = self._lead(position)
        if lead.kind == "departement" or self._texts[max(position - 2, 0) : position] == ["dans", "le"]:
            return Hit(lead.start, position + 1, (departement,), lead, 1)
        if position and any(place.departement == departement.code for place in self._just_before(position)):
            return Hit(position, position + 1, (departement,), Lead(position, Strength.BARE, "", False, False, None), 1)
        return None

    def _just_before(self, position: int) -> tuple[Place, ...]:
        """The communes whose name ends right before a number, as in "Lens 62"."""
        for start in range(max(0, position - 6), position):
            if found := self._gazetteer.named(" ".join(self._texts[start:position])):
                return found
        return ()

    def _postcode(self, position: int) -> Hit | None:
        text = self._texts[position]
        place = self._gazetteer.postcode(text)
        lead = self._lead(position)
        if place and self._is_postcode(position, place, lead):
            return Hit(lead.start, position + 1, (place,), lead, 1)
        return None

    def _is_postcode(self, position: int, place: Place, lead: Lead) -> bool:
        after = self._texts[position + 1 : position + 2]
        if after and after[0] in _UNITS:
            return False
        inside = self._gazetteer.postcodes[place.code]
        if any(other in inside for other in (*self._just_before(position), *self._just_after(position))):
            return True
        if place.country == "BE" and self._country == "FR":
            return False
        if lead.strength == Strength.SAID:
            return True
        if any(text in _AMOUNTS for text in self._texts[max(0, position - 3) : position]):
            return False
        if place.country == "FR":
            return self._country != "BE" or lead.link in ("a", "dans")
        said = lead.strength == Strength.MARKED or not after or lead.link == "a"
        return said and int(place.code) not in _YEARS

    def _just_after(self, position: int) -> tuple[Place, ...]:
        for end in range(min(len(self._texts), position + 7), position + 1, -1):
            if found := self._gazetteer.named(" ".join(self._texts[position + 1 : end])):
                return found
        return ()


def _preference(hit: Hit) -> tuple[bool, bool, int, int, int]:
    """Said before hinted, fine before coarse, long before short; then the first said, or the last of bare names."""
    said = hit.lead.strength >= Strength.LINKED
    return said, hit.fine, hit.lead.strength, hit.tokens, -hit.start if said else hit.start
