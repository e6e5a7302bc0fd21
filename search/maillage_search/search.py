"""One search, from what was understood to a page: retrieve, rank, explain, and widen rather than leave empty-handed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from maillage_search import bits
from maillage_search.places import Place, load_places
from maillage_search.port import (
    FIRST_LINE_CATEGORIES,
    Coordinates,
    Facets,
    Retrieval,
    RetrievalPlan,
    SearchEngine,
    SearchHit,
    SearchPage,
    SearchRequest,
    Understood,
    Widening,
    WideningKind,
)
from maillage_search.ranking import Ranked, RankingContext, rank
from maillage_search.reasons import reasons
from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import STOP_WORDS, stem, words

USUAL_RADIUS_KM, WIDE_RADIUS_KM, DESK_RADIUS_KM = 30.0, 80.0, 120.0
ENOUGH = 3
CANDIDATES = 250
DESKS = 5
MAX_GROUPS, MAX_SYNONYMS = 24, 12
_AREA_RADIUS_KM = {"departement": 70.0, "province": 60.0, "region": 150.0, "epci": 35.0, "country": 600.0}
_DISTANCE_DECIMALS = 1


@dataclass(frozen=True, slots=True)
class _Scope:
    place: Place | None
    center: Coordinates | None
    radius_km: float
    fixed: bool
    """The reader chose the radius: it is kept."""


def search(engine: SearchEngine, understood: Understood, request: SearchRequest) -> SearchPage:
    scope = _scope(understood, request)
    plan = _plan(understood, request, scope)
    retrieval = engine.retrieve(plan)
    ranked = _ranked(retrieval, plan, understood, request)
    ranked = [one for one in ranked if not scope.fixed or _within(one, scope.radius_km)]
    widened: list[Widening] = []
    listed: list[tuple[Ranked, WideningKind | None]] = [(one, None) for one in ranked]
    if len(ranked) < ENOUGH:
        # Whatever the page: what a widening brought goes on from one to the next.
        extra, widened = _widen(engine, understood, request, scope, plan, ranked)
        listed += extra
    start = _offset(request.cursor)
    chosen = listed[start : start + request.limit]
    following = start + request.limit
    return SearchPage(
        hits=tuple(_hits(engine, chosen, understood, request, scope)),
        # Records found by their area, their text or their name are beyond what the main list counts.
        total=min(retrieval.total, len(ranked)) if scope.fixed else max(retrieval.total, len(ranked)),
        total_is_capped=retrieval.total_is_capped,
        facets=retrieval.facets,
        widened=tuple(widened),
        next_cursor=str(following) if following < len(listed) else None,
    )


def facets(engine: SearchEngine, understood: Understood, request: SearchRequest) -> Facets:
    """The counts alone: those of a group without its own filter are asked for apart."""
    return engine.retrieve(replace(_plan(understood, request, _scope(understood, request)), limit=1)).facets


def _scope(understood: Understood, request: SearchRequest) -> _Scope:
    place = request.place or understood.place
    center = request.center or ((place.lat, place.lon) if place else None)
    usual = _AREA_RADIUS_KM.get(place.kind, USUAL_RADIUS_KM) if place else USUAL_RADIUS_KM
    return _Scope(place, center, request.radius_km or usual, request.radius_km is not None)


def _plan(understood: Understood, request: SearchRequest, scope: _Scope) -> RetrievalPlan:
    return RetrievalPlan(
        stems=_stems(understood),
        place_stems=_place_stems(scope.place),
        concepts=understood.concepts,
        name_words=understood.name_words,
        phone=understood.phone,
        center=scope.center,
        radius_km=scope.radius_km,
        areas=tuple(load_places().area_tokens(scope.place)) if scope.place else (),
        filters=request.filters,
        organization_id=request.organization_id,
        limit=CANDIDATES,
    )


def _stems(understood: Understood) -> tuple[dict[str, float], ...]:
    """What was said, one group a word with its synonyms; then what known phrases stand for."""
    groups = [{stem(word): 1.0} for word in understood.words[:MAX_GROUPS]]
    of_word = dict(zip(understood.words, groups, strict=False))
    for said, others in understood.expansions.items():
        group = of_word.get(said)
        if group is None:
            group = {}
            groups.append(group)
        for word, weight in sorted(others.items(), key=lambda item: (-item[1], item[0]))[:MAX_SYNONYMS]:
            group.setdefault(stem(word), weight)
    return tuple(group for group in groups[: 2 * MAX_GROUPS] if group)


def _place_stems(place: Place | None) -> tuple[str, ...]:
    if place is None or place.kind not in ("commune", "departement", "province", "region"):
        return ()
    return tuple(stem(word) for word in words(place.name) if word not in STOP_WORDS)


def _ranked(retrieval: Retrieval, plan: RetrievalPlan, understood: Understood, request: SearchRequest) -> list[Ranked]:
    return rank(
        retrieval.candidates,
        RankingContext(
            concepts=plan.concepts,
            publics=understood.publics,
            certainty=understood.certainty,
            name_words=plan.name_words,
            word_weights=retrieval.word_weights,
            center=plan.center,
            near=request.near,
            country=request.country,
            on=request.on,
        ),
    )


def _within(one: Ranked, radius_km: float) -> bool:
    return one.candidate.serves_place is True or one.distance_km is None or one.distance_km <= radius_km


def _offset(cursor: str | None) -> int:
    return min(int(cursor), CANDIDATES * 4) if cursor and cursor.isdecimal() and len(cursor) < 6 else 0


def _widen(
    engine: SearchEngine,
    understood: Understood,
    request: SearchRequest,
    scope: _Scope,
    plan: RetrievalPlan,
    found: list[Ranked],
) -> tuple[list[tuple[Ranked, WideningKind]], list[Widening]]:
    """Farther, then broader, then the desks that take anybody in; each step only when the page is still thin."""
    seen = {one.candidate.key for one in found}
    extra: list[tuple[Ranked, WideningKind]] = []
    steps: list[Widening] = []
    for kind, wider, sentence in _ladder(understood, request, scope, plan):
        if len(found) + len(extra) >= ENOUGH:
            break
        more = _ranked(engine.retrieve(wider), wider, understood, request)
        fresh = [one for one in more if one.candidate.key not in seen][: DESKS if kind == "first-line" else None]
        if fresh:
            seen.update(one.candidate.key for one in fresh)
            extra += [(one, kind) for one in fresh]
            steps.append(Widening(kind, sentence))
    return extra, steps


def _ladder(
    understood: Understood, request: SearchRequest, scope: _Scope, plan: RetrievalPlan
) -> Iterable[tuple[WideningKind, RetrievalPlan, str]]:
    lean = replace(plan, with_facets=False)
    if scope.center and scope.radius_km < WIDE_RADIUS_KM:
        yield (
            "radius",
            replace(lean, radius_km=WIDE_RADIUS_KM),
            f"Peu de réponses à moins de {scope.radius_km:.0f}\u00a0km\u00a0: nous avons cherché plus loin.",
        )
    broader = _broader(understood)
    if broader:
        wide = replace(lean, concepts=broader, stems=(), name_words=(), radius_km=max(scope.radius_km, WIDE_RADIUS_KM))
        yield "theme", wide, "Peu de réponses sur ce thème précis\u00a0: voici des services plus généraux."
    # A desk serves those who live there: without a place, at least those of the user's country.
    countries = lean.filters.countries or ((request.country,) if request.country and not scope.center else ())
    desks = replace(
        lean,
        concepts={},
        stems=(),
        name_words=(),
        phone="",
        radius_km=max(scope.radius_km, DESK_RADIUS_KM),
        filters=replace(lean.filters, themes=(), countries=countries, categories=tuple(sorted(FIRST_LINE_CATEGORIES))),
    )
    yield "first-line", desks, "Ces guichets de premier accueil reçoivent tout le monde et savent orienter."


def _broader(understood: Understood) -> dict[str, float]:
    """The whole families of the themes understood."""
    vocabulary = load_taxonomy().themes
    families: dict[str, float] = {}
    for theme in understood.themes:
        root = vocabulary.with_ancestors([theme.code])[-1]
        for code in vocabulary.with_descendants([root]):
            families[code] = max(theme.weight, families.get(code, 0.0))
    return families


def _hits(
    engine: SearchEngine,
    chosen: list[tuple[Ranked, WideningKind | None]],
    understood: Understood,
    request: SearchRequest,
    scope: _Scope,
) -> Iterable[SearchHit]:
    ids = engine.identify([one.candidate for one, _ in chosen])
    themes = load_taxonomy().themes
    for (one, widening), document_id in zip(chosen, ids, strict=True):
        codes = bits.unpack(one.candidate.concept_bits)
        concepts = understood.concepts if widening != "theme" else _broader(understood)
        yield SearchHit(
            id=document_id,
            score=round(one.score, 4),
            distance_km=None if one.distance_km is None else round(one.distance_km, _DISTANCE_DECIMALS),
            reasons=reasons(one, concepts, scope.place, request.on),
            themes=tuple(code for code in codes if code in themes),
            data_inclusion=tuple(code for code in codes if code not in themes and not code.startswith("public:")),
            grouped_ids=tuple(engine.identify(one.others)),
            widening=widening,
        )
