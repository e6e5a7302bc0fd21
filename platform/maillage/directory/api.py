"""The open JSON API of search: the same use-case as the pages, and suggestions of places for their fields."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import RootModel

from maillage.directory import place_words, searching, suggestions
from maillage.directory.addresses import address_of
from maillage.directory.presenters import PlaceView
from maillage.directory.search_schemas import (
    FacetOut,
    LocationOut,
    PlaceOut,
    PlacesQuery,
    ResultOut,
    SearchOut,
    SearchQuery,
    SourceOut,
    SuggestedOut,
    Suggestion,
    SuggestionsQuery,
    ThemeOut,
    UnderstoodOut,
)
from maillage.directory.searching import Result
from maillage.directory.suggestions import Suggested
from maillage.directory.vocabulary import publics, themes
from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.kernel.errors import Invalid
from maillage.web.api import body
from maillage.web.authz import optional_actor, public
from maillage.web.csrf import csrf
from maillage.web.openapi import describes
from maillage.web.throttle import limiter
from maillage_search.places import Place
from maillage_search.port import Filters, SearchRequest, Understood
from maillage_search.taxonomy import Vocabulary

blueprint = Blueprint("search_api", __name__, url_prefix="/api/v1")
csrf.exempt(blueprint)

TAG = "directory"
_LISTS = ("themes", "publics", "types", "modes", "fees", "languages", "categories", "countries")


class Suggestions(RootModel[list[Suggestion]]):
    """Best first."""


class NamesAndPlaces(RootModel[list[SuggestedOut]]):
    """Themes, places, services, organisations: best first within each kind."""


@blueprint.route("/search", methods=["GET", "POST"])
@describes("Search the directory", tag=TAG, query=SearchQuery, answer=SearchOut)
@public("open read of the directory")
@limiter.limit("10000 per minute")
def search() -> ResponseReturnValue:
    asked = body(SearchQuery) if request.method == "POST" else SearchQuery.model_validate(_arguments())
    who = optional_actor()
    understood = _understood(asked, searching.territory(session(), who))
    found = searching.run(session(), who, understood, _request(asked, understood.place), asked.open or "")
    answer = SearchOut(
        understood=_understood_out(understood),
        total=found.total,
        total_is_capped=found.total_is_capped,
        facets={
            name: [FacetOut(code=one.code, count=one.count) for one in counts] for name, counts in found.facets.items()
        },
        widened=[step.words for step in found.widened],
        results=[_result(line) for line in found.lines],
        next=found.next_cursor,
        degraded=found.degraded,
    )
    return jsonify(answer.model_dump(mode="json"))


@blueprint.get("/places")
@describes("Places that begin so", tag=TAG, query=PlacesQuery, answer=Suggestions)
@public("names of communes")
@limiter.limit("10000 per minute")
def places() -> ResponseReturnValue:
    asked = PlacesQuery.model_validate(request.args.to_dict())
    return jsonify(place_words.suggestions(asked.q, asked.country))


@blueprint.get("/suggestions")
@describes("Services, organisations, themes and places with a word that begins so", tag=TAG,
           query=SuggestionsQuery, answer=NamesAndPlaces)  # fmt: skip
@public("names of the open directory")
@limiter.limit("10000 per minute")
def suggested() -> ResponseReturnValue:
    asked = SuggestionsQuery.model_validate(request.args.to_dict())
    locale = "fr-BE" if asked.country == "BE" else "fr"
    place = place_words.of_code(asked.place)
    found = suggestions.suggest(session(), asked.q, asked.country, locale)
    return jsonify([_suggested(one, place).model_dump() for one in found])


def _suggested(one: Suggested, place: Place | None) -> SuggestedOut:
    return SuggestedOut(kind=one.kind, value=one.code, label=one.label, hint=one.hint, href=address_of(one, place))


def _arguments() -> dict[str, Any]:
    lists = {name: request.args.getlist(name) for name in _LISTS if name in request.args}
    return request.args.to_dict() | lists


def _understood(asked: SearchQuery, home: Place | None) -> Understood:
    """What the words say, the place corrected by the field of its own; between homonyms, the one near the caller's
    territory (`home`). Raises Invalid for an unknown place."""
    near = (home.lat, home.lon) if home else None
    understood = searching.read_words(asked.q, asked.country, near)
    if not asked.place:
        return understood
    match = place_words.read(asked.place, asked.country, near)
    if match is None:
        raise Invalid(fields={"place": searching.UNKNOWN_PLACE})
    return replace(understood, place=match.place, ambiguous_places=() if match.place else tuple(match.alternatives[:8]))


def _request(asked: SearchQuery, place: Place | None) -> SearchRequest:
    return SearchRequest(
        filters=Filters(
            themes=_own(themes(), asked.themes),
            publics=_own(publics(), asked.publics),
            types=tuple(asked.types),
            modes=tuple(asked.modes),
            fees=tuple(asked.fees),
            languages=tuple(asked.languages),
            categories=tuple(asked.categories),
            countries=tuple(asked.countries),
            free_places=asked.free_places,
            open_to_all=asked.open_to_all,
        ),
        center=(asked.lat, asked.lon) if asked.lat is not None and asked.lon is not None else None,
        radius_km=asked.radius_km,
        country=asked.country,
        on=clock.today(place.country if place else asked.country or "FR"),
        limit=asked.limit,
        cursor=asked.cursor,
    )


def _own(vocabulary: Vocabulary, codes: list[str]) -> tuple[str, ...]:
    """Own codes; a data·inclusion one stands for the plainest term that it covers."""
    own = (code if code in vocabulary else vocabulary.from_data_inclusion([code]) for code in codes)
    return tuple(dict.fromkeys(one for found in own for one in ([found] if isinstance(found, str) else found)))


def _understood_out(known: Understood) -> UnderstoodOut:
    return UnderstoodOut(
        themes=[
            ThemeOut(code=t.code, data_inclusion=list(t.data_inclusion), weight=t.weight, because=t.because)
            for t in known.themes
        ],
        place=_place(known.place) if known.place else None,
        ambiguous_places=[_place(one) for one in known.ambiguous_places[:8]] if known.place is None else [],
        publics=list(known.publics),
        urgent=known.urgent,
    )


def _place(place: Place) -> PlaceOut:
    return PlaceOut(
        kind=place.kind,
        code=place.code,
        name=place.name,
        label=place_words.label(place),
        country=place.country,
        lat=place.lat,
        lon=place.lon,
    )


def _location(at: PlaceView | None) -> LocationOut | None:
    if at is None or at.lat is None or at.lon is None:
        return None
    return LocationOut(lat=at.lat, lon=at.lon, approximate=at.approximate)


def _result(line: Result) -> ResultOut:
    card = line.card
    at = card.place
    return ResultOut(
        id=card.id,
        name=card.name,
        organization=card.organization,
        organization_id=card.organization_id,
        themes=list(card.data_inclusion),
        own_themes=list(card.themes),
        distance_km=line.distance_km,
        location=_location(at),
        commune=at.commune if at else "",
        capacity=card.capacity.state,
        verified_on=card.verified_on,
        reasons=list(line.reasons),
        grouped_count=1 + len(line.grouped_ids),
        widening=line.widening,
        source=SourceOut(name=card.source[0], id=card.source[1]) if card.source else None,
    )
