"""News as their readers see them."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.network.events import queries as event_queries
from maillage.network.events.views.words import WORDS
from maillage.network.groups.policy import LEAD, TAKE_PART
from maillage.network.news import policy, queries, service
from maillage.network.news.forms import CommentForm, RelayForm
from maillage.network.news.queries import Comment, Piece
from maillage.network.news.states import STATUS_LABELS, TO, Deed, Status, To, may
from maillage.network.news.views.blueprint import blueprint
from maillage.network.news.views.lines import line
from maillage.network.seats import seats
from maillage.web.authz import actor, requires
from maillage.web.paging import encode_cursor, moment_key
from maillage.web.templating import moment


@blueprint.get("")
@requires(TAKE_PART)
def index() -> ResponseReturnValue:
    cursor = request.args.get("after")
    sits = seats(session(), actor())
    rows = queries.received(session(), actor(), sits, before=moment_key(cursor))
    last = rows[-1] if len(rows) == queries.PAGE else None
    after = encode_cursor(last.sent_at.isoformat(), str(last.id)) if last and last.sent_at else None
    writes = bool(queries.addressees(session(), sits)) if actor().can(LEAD) else False
    return render_template(
        "network/news/index.html",
        lines=[line(row) for row in rows],
        written=[line(row) | {"unread": False} for row in queries.written(session(), actor(), sits)] if writes else [],
        writes=writes,
        next_href=url_for("news.index", after=after) if after else None,
        first_href=url_for("news.index") if cursor else None,
    )


@blueprint.get("/<uuid:news_id>")
@requires(TAKE_PART)
def show(news_id: UUID) -> ResponseReturnValue:
    found = queries.piece(session(), actor(), news_id)
    service.mark_read(actor(), news_id=news_id, roles=found.roles)
    return _page(found, CommentForm())


@blueprint.post("/<uuid:news_id>/commenter")
@requires(TAKE_PART)
def comment(news_id: UUID) -> ResponseReturnValue:
    found = queries.piece(session(), actor(), news_id)
    form = CommentForm()
    if not form.accepted_by(
        lambda: service.comment(actor(), news_id=news_id, text=form.text.data, nobody=form.nobody.data)
    ):
        return _page(found, form)
    flash("Votre commentaire est publié.", "success")
    return redirect(url_for("news.show", news_id=news_id), 303)


@blueprint.post("/<uuid:news_id>/commentaires/<uuid:comment_id>/retirer")
@requires(TAKE_PART)
def withdraw(news_id: UUID, comment_id: UUID) -> ResponseReturnValue:
    service.withdraw_comment(actor(), news_id=news_id, comment_id=comment_id)
    flash("Les mots de ce commentaire sont retirés.", "success")
    return redirect(url_for("news.show", news_id=news_id), 303)


@blueprint.route("/<uuid:news_id>/relayer", methods=["GET", "POST"])
@requires(LEAD)
def relay(news_id: UUID) -> ResponseReturnValue:
    news, roles, *_ = queries.load(session(), actor(), news_id)
    policy.ensure(Deed.RELAY, roles, news.status)
    groups = queries.relayable(session(), actor(), news_id)
    form = RelayForm().offer(groups)
    if not form.accepted_by(
        lambda: service.relay(
            actor(), news_id=news_id, group_id=UUID(form.group_id.data), word=form.word.data, nobody=form.nobody.data
        )
    ):
        page = render_template("network/news/relay.html", form=form, news=news, groups=groups)
        return page, form.status
    flash("Votre groupe reçoit cette actualité, avec votre mot.", "success")
    return redirect(url_for("news.show", news_id=news_id), 303)


def _page(found: Piece, form: CommentForm) -> ResponseReturnValue:
    news = found.news
    may_now = {deed.value for deed in Deed if may(deed, found.roles, news.status)}
    page = render_template(
        "network/news/news.html",
        form=form,
        found=found,
        news=news,
        state=STATUS_LABELS[news.status],
        sent=news.status == Status.SENT,
        may=may_now,
        addressed=_addressed(found),
        announced=event_queries.line(session(), actor(), news.event_id) if news.event_id else None,
        words=WORDS,
        comments=[_comment(found, one) for one in queries.comments(session(), news.id)],
        relayable="relay" in may_now and bool(queries.relayable(session(), actor(), news.id)),
    )
    return page, form.status


def _addressed(found: Piece) -> list[str]:
    """« tous les membres (Hainaut, Namur) »."""
    names = {to: sorted(name for _, name, whom in found.groups if whom == to) for _, _, to in found.groups}
    return [f"{TO[To(to)].label.lower()} ({', '.join(those)})" for to, those in names.items()]


def _comment(found: Piece, one: Comment) -> dict[str, Any]:
    withdrawable = not one.withdrawn and policy.may_withdraw(actor(), found.roles, one.user_id)
    return {
        "author": "Vous" if one.user_id == actor().user_id else one.author,
        "organization": one.org_name,
        "when": moment(one.at),
        "iso": one.at.isoformat(),
        "body": one.text,
        "withdrawn": one.withdrawn,
        "withdraw_href": url_for("news.withdraw", news_id=found.news.id, comment_id=one.id) if withdrawable else "",
    }
