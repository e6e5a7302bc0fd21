"""News as those who write them see them."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, Forbidden, NotFound
from maillage.kernel.ids import parse_id
from maillage.network.events import queries as event_queries
from maillage.network.events.views.words import WORDS
from maillage.network.groups.policy import LEAD
from maillage.network.news import from_session, policy, queries, service
from maillage.network.news.forms import DRAFT, LATER, NOW, NewsForm
from maillage.network.news.states import Deed, To
from maillage.network.news.views.blueprint import blueprint
from maillage.network.seats import seats
from maillage.web.authz import actor, requires

_DONE = {
    NOW: "Votre actualité part : chacun la trouvera dans ses messages.",
    LATER: "Votre actualité partira à la date choisie.",
    DRAFT: "Le brouillon est gardé.",
}


@blueprint.route("/ecrire", methods=["GET", "POST"])
@requires(LEAD)
def create() -> ResponseReturnValue:
    event_id = parse_id(request.args.get("session", ""))
    begun = from_session.begun(session(), actor(), event_id) if event_id else None
    return _write(NewsForm(data=begun), None, event_id)


@blueprint.route("/<uuid:news_id>/modifier", methods=["GET", "POST"])
@requires(LEAD)
def change(news_id: UUID) -> ResponseReturnValue:
    news, roles, _, sent_to = queries.load(session(), actor(), news_id)
    policy.ensure(Deed.EDIT, roles, news.status)
    kept: dict[str, Any] = {
        "title": news.title,
        "text": news.text,
        "groups": [str(one.group_id) for one in sent_to],
        "to": sent_to[0].to if sent_to else To.EVERYBODY,
        "when": LATER if news.send_at else DRAFT,
        "send_at": news.send_at,
    }
    return _write(NewsForm(data=kept), news_id, news.event_id)


@blueprint.post("/<uuid:news_id>/suspendre")
@requires(LEAD)
def hold(news_id: UUID) -> ResponseReturnValue:
    service.hold(actor(), news_id=news_id)
    flash("L’envoi est suspendu : l’actualité est redevenue un brouillon.", "success")
    return redirect(url_for("news.show", news_id=news_id), 303)


@blueprint.post("/<uuid:news_id>/supprimer")
@requires(LEAD)
def discard(news_id: UUID) -> ResponseReturnValue:
    service.discard(actor(), news_id=news_id)
    flash("Le brouillon est supprimé.", "success")
    return redirect(url_for("news.index"), 303)


def _write(form: NewsForm, news_id: UUID | None, event_id: UUID | None) -> ResponseReturnValue:
    groups = queries.addressees(session(), seats(session(), actor()))
    if not groups:
        raise Forbidden("Seuls la coordination et les chefs de réseau écrivent aux groupes.")
    form.offer(groups)
    if form.submitted() and not form.lacks_time():
        try:
            kept = service.write(
                actor(),
                content=form.content(event_id),
                news_id=news_id,
                leaves=form.when.data != DRAFT,
                at=form.leaves_at,
            )
        except NotFound:
            raise
        except DomainError as error:
            form.show(error)
        else:
            flash(_DONE[form.when.data], "success")
            return redirect(url_for("news.show", news_id=kept), 303)
    announced = event_queries.line(session(), actor(), event_id) if event_id else None
    page = render_template("network/news/write.html", form=form, news_id=news_id, announced=announced, words=WORDS)
    return page, form.status
