"""The list of questions, and asking one."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.directory.vocabulary import themes
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, NotFound
from maillage.network.groups.policy import COORDINATE, TAKE_PART
from maillage.network.groups.queries import my_groups, network_of
from maillage.network.questions import queries, service, terms
from maillage.network.questions.forms import AskForm, SearchForm
from maillage.network.questions.queries import Wanted
from maillage.network.questions.states import Level, Status
from maillage.network.questions.views.blueprint import blueprint
from maillage.network.questions.views.lines import line
from maillage.network.seats import seats
from maillage.referrals.forms import FilterForm
from maillage.web.authz import actor, requires
from maillage.web.paging import encode_cursor, moment_key

ALL, OPEN, MINE, COORDINATION = "toutes", "ouvertes", "miennes", "coordination"
VIEWS: Final[dict[str, str]] = {
    ALL: "Toutes",
    OPEN: "En attente",
    MINE: "Les miennes",
    COORDINATION: "Confiées à la coordination",
}
NOTHING: Final[dict[str, str]] = {
    ALL: "Celles de votre groupe et celles posées à tout le réseau apparaissent ici, avec les réponses retenues.",
    OPEN: "Aucune question de vos groupes ni du réseau n’attend de réponse.",
    MINE: "Celles que vous posez apparaissent ici, avec leurs réponses.",
    COORDINATION: "Celles que les groupes confient à la coordination l’attendent ici.",
}


@blueprint.route("", methods=["GET", "POST"])
@requires(TAKE_PART)
def index() -> ResponseReturnValue:
    """What is searched for is posted: words about a person stay out of addresses."""
    search = SearchForm()
    if search.submitted():
        return _page(search, found=_found(search.q.data))
    cursor, shown, form = request.args.get("after"), _view(), _filters()
    wanted = Wanted(
        themes=themes().with_descendants([form.chosen("theme") or ""]),
        status=Status.OPEN if shown in (OPEN, COORDINATION) else "",
        level=Level.COORDINATION if shown == COORDINATION else "",
        mine=shown == MINE,
    )
    rows = queries.questions(session(), actor(), seats(session(), actor()), wanted, before=moment_key(cursor))
    following = None
    if len(rows) == queries.PAGE:
        after = encode_cursor(rows[-1].asked_at.isoformat(), str(rows[-1].id))
        following = url_for("questions.index", vue=shown, after=after, **form.kept())
    return _page(search, form=form, shown=shown, lines=[line(row) for row in rows], next_href=following, cursor=cursor)


@blueprint.route("/poser", methods=["GET", "POST"])
@requires(TAKE_PART)
def ask() -> ResponseReturnValue:
    places = _places()
    form = AskForm().offer(places)
    if not form.submitted():
        return _ask_page(form, places)
    understood = terms.themes_of(terms.read(form.title.data, form.text.data, actor().country))
    if not form.theme.data and understood:
        form.theme.data = understood[0]
    if not form.seen.data:
        form.seen.data = "1"
        words = terms.terms_of(form.title.data, "", [form.theme.data, *understood])
        if alike := queries.alike(session(), actor(), words):
            return _ask_page(form, places, alike=[line(one) for one in alike])
    group_id, audience = form.place()
    try:
        asked = service.ask(actor(), asked=form.asked(), group_id=group_id, audience=audience)
    except NotFound:
        raise
    except DomainError as error:
        form.show(error)
        return _ask_page(form, places)
    flash("Votre question est posée. Vous serez prévenu de chaque réponse.", "success")
    return redirect(url_for("questions.show", question_id=asked), 303)


def _found(words: str) -> list[dict[str, Any]]:
    understood = terms.themes_of(terms.read(words, "", actor().country))
    said = terms.terms_of(words, "", understood)
    return [line(one) for one in queries.alike(session(), actor(), said, enough=0, most=queries.FOUND)]


def _places() -> dict[str, str]:
    """Where the actor may ask, by the value that the form sends back."""
    mine = my_groups(session(), actor())
    owned = network_of(session(), actor()) if actor().can(COORDINATE) else None
    found = {f"group:{one.id}": f"{one.name} : mon groupe" for one in mine}
    networks = {one.network_name: one.id for one in reversed(mine)}
    found |= {f"network:{group_id}": f"{name} : tout le réseau" for name, group_id in networks.items()}
    return found if owned is None else {"network:": f"{owned.name} : tout le réseau", **found}


def _filters() -> FilterForm:
    labels = {term.code: term.label() for term in themes().top_level()}
    form = FilterForm(request.args).offer(theme=labels)
    form.theme.label.text = "Thème"
    return form


def _view() -> str:
    asked = request.args.get("vue", ALL)
    known = asked in VIEWS and (asked != COORDINATION or actor().can(COORDINATE))
    return asked if known else ALL


def _page(search: SearchForm, **shown: Any) -> ResponseReturnValue:
    cursor = shown.pop("cursor", None)
    views = [code for code in VIEWS if code != COORDINATION or actor().can(COORDINATE)]
    page = render_template(
        "network/questions/index.html",
        search=search,
        tabs=[
            {"label": VIEWS[code], "href": url_for("questions.index", vue=code), "current": code == shown.get("shown")}
            for code in views
        ],
        first_href=url_for("questions.index", vue=shown.get("shown")) if cursor else None,
        inside=bool(_places()),
        nothing=NOTHING.get(shown.get("shown", "")),
        **shown,
    )
    return page, search.status


def _ask_page(form: AskForm, places: dict[str, str], alike: list[dict[str, Any]] | None = None) -> ResponseReturnValue:
    page = render_template("network/questions/ask.html", form=form, places=places, alike=alike or [])
    return page, form.status
