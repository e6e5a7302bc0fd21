"""Home, search and results. What is typed comes by POST and leaves as codes: the address of a page tells of nobody."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from maillage.directory import place_words, policy, queries, search_state, searching, service, suggestions
from maillage.directory.addresses import href
from maillage.directory.search_state import COUNTRIES, SearchState
from maillage.directory.searching import Results
from maillage.directory.views import filters, maps
from maillage.directory.views import home as home_words
from maillage.directory.views import results as words
from maillage.directory.vocabulary import UnmetKind, is_sensitive
from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.kernel.errors import Invalid
from maillage.web.authz import optional_actor, public
from maillage.web.throttle import limiter
from maillage_search.emergency import all_numbers
from maillage_search.search import USUAL_RADIUS_KM, WIDE_RADIUS_KM

blueprint = Blueprint("search", __name__)

PAGE = 20
JUST_ASKED = "just_asked"  # a mark without content: the next page of results answers a question, not a shared address
OPEN_TO_ALL = "searching the directory is open to all"
UNHEARD = "Vos mots ne nous disent pas de quel besoin il s’agit. Essayez-en d’autres, plus courants."


@blueprint.get("/")
@public(OPEN_TO_ALL)
def home() -> ResponseReturnValue:
    return _home(_asked(), {}, "", "")


@blueprint.post("/recherche")
@public(OPEN_TO_ALL)
@limiter.limit("10000 per minute")
def submit() -> ResponseReturnValue:
    kept = _asked()
    q, place = _typed("q"), _typed("place")
    try:
        state = searching.ask(session(), optional_actor(), q=q, place=place, kept=kept)
    except Invalid as error:
        return _home(kept, error.fields, q[: searching.MAX_CHARACTERS], place[: place_words.MAX_CHARACTERS]), 422
    cookie[JUST_ASKED] = True
    named = suggestions.exactly(session(), q) if q else []
    if q and not named and _unheard(state):
        flash(UNHEARD, "warning")
    return redirect(href(state, fiche=[f"{one.kind}:{one.code}" for one in named]), 303)


@blueprint.get("/recherche")
@public(OPEN_TO_ALL)
@limiter.limit("10000 per minute")
def results() -> ResponseReturnValue:
    state = _asked()
    who = optional_actor()
    found = searching.run(session(), who, state.understood, searching.request_of(state, PAGE), state.opening)
    if cookie.pop(JUST_ASKED, False) and not found.total and not found.degraded:
        _record(state, UnmetKind.ZERO)
    return render_template("directory/results.html", **_page(state, found))


@blueprint.post("/recherche/aucun")
@public("anybody may say that nothing suits: concepts and territory are counted, nobody is")
@limiter.limit("60 per hour")
def none_suited() -> ResponseReturnValue:
    state = _asked()
    _record(state, UnmetKind.NONE_SUITED)
    flash("C’est noté : ce besoin sans réponse est compté, sans rien dire de la personne.", "success")
    return redirect(href(state) + "#et-maintenant", 303)


@blueprint.get("/recherche/lieux")
@public(OPEN_TO_ALL)
def offer() -> ResponseReturnValue:
    ids = [UUID(text) for text in request.args.getlist("s")[: searching.PLACES_OF_ONE_OFFER] if _is_uuid(text)]
    place = place_words.of_code(request.args.get("place", ""))
    lines = searching.offer(session(), optional_actor(), ids, place)
    cards = [words.card(line, SearchState()) for line in lines]
    return render_template("directory/offer.html", cards=cards, name=lines[0].card.name if lines else "")


def _asked() -> SearchState:
    return search_state.read(request.args.items(multi=True))


def _unheard(state: SearchState) -> bool:
    """Whether something was typed that leads nowhere: what follows is then no answer to it."""
    heard = state.understood
    led = heard.concepts or heard.publics or heard.directory_words or heard.phone
    place_alone = not heard.words and (state.among or (heard.place and not state.at_home))
    return not led and not place_alone


def _typed(name: str) -> str:
    """A field in one line; what no keyboard types would break the page that shows it again."""
    return " ".join("".join(one if one.isprintable() else " " for one in request.form.get(name, "")).split())


def _home(state: SearchState, errors: dict[str, str], q: str, place: str) -> str:
    who = optional_actor()
    country = state.country or (who.country if who else COUNTRIES[0])
    return render_template(
        "directory/home.html",
        action=href(state, "search.submit"),
        names_source=_names_source(state, country),
        errors=errors,
        q=q,
        place=place,
        country_tabs=home_words.country_tabs(country),
        situations=home_words.frequent_situations(country, searching.territory(session(), who)),
        numbers=[{"number": n.number, "label": n.name, "detail": n.description} for n in all_numbers(country)],
        figures=home_words.figures_sentence(queries.figures(session(), clock.today(country))),
        publishes=who is not None and who.can(policy.EDIT),
    )


def _names_source(state: SearchState, country: str) -> str:
    place = place_words.code(state.understood.place) if state.understood.place else None
    return url_for("search_api.suggested", country=country or None, place=place)


def _page(state: SearchState, found: Results) -> dict[str, object]:
    following = int(found.next_cursor) if found.next_cursor else 0
    country = state.place_country or getattr(optional_actor(), "country", "")
    return {
        "state": state,
        "found": found,
        "action": href(state, "search.submit"),
        "names_source": _names_source(state, country),
        # The territory is not what they typed: the field stays free for it.
        "place": place_words.label(state.understood.place) if state.understood.place and not state.at_home else "",
        "chips": words.chip_rows(state),
        "choices": words.place_choices(state),
        "count": words.count_words(found),
        "hours": words.hours_words(found),
        "named": words.named_links(suggestions.named(session(), request.args.getlist("fiche"))),
        "tabs": maps.tabs(state),
        "map": maps.map_of(found, state) if state.as_map else None,
        "rows": maps.rows(found, state) if state.as_map else [],
        "sections": words.sections(found, state),
        "groups": filters.filter_groups(state, found),
        "hidden": words.hidden_pairs(state),
        "sensitive": is_sensitive(state.theme_codes),
        "numbers": words.emergency(state.understood, country),
        "ways": words.ways_out(state, searched_km=USUAL_RADIUS_KM if found.lines else WIDE_RADIUS_KM),
        "countable": bool(state.theme_codes or state.public_codes),
        "none_suited": href(state, "search.none_suited"),
        "save_href": href(state, "saved.create"),
        "booklet_href": href(state, "booklets.order"),
        "share_address": _outside(replace(state, after=0, at_home=False)),
        "next_href": href(replace(state, after=following)) if following else None,
        "first_href": href(replace(state, after=0)) if state.after else None,
        "by_script": request.headers.get("HX-Trigger", "") if request.headers.get("HX-Request") else "",
    }


def _outside(state: SearchState) -> str:
    return url_for("search.home", _external=True).rstrip("/") + href(state)


def _record(state: SearchState, kind: UnmetKind) -> None:
    """Without a theme or a public there is no need to count: only a name, or a place, was looked for."""
    if state.theme_codes or state.public_codes:
        service.record_unmet_need(
            optional_actor(),
            kind=kind,
            theme_codes=state.sought_themes,
            public_codes=state.public_codes,
            place=state.understood.place,
        )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
