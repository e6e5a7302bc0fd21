"""Coming into a group: asking, inviting, answering; and the list of its members."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import NotFound
from maillage.network.groups import queries, service
from maillage.network.groups.forms import AskForm, InviteForm
from maillage.network.groups.models import Answer, EntryKind
from maillage.network.groups.policy import TAKE_PART, Deed
from maillage.network.groups.views.blueprint import blueprint
from maillage.web.authz import actor, requires

SAID = {
    Answer.ACCEPTED: "C’est fait : une personne de plus dans le groupe.",
    Answer.DECLINED: "La réponse est transmise.",
    Answer.WITHDRAWN: "C’est retiré.",
}


@blueprint.route("/reseau/rejoindre/<uuid:offered_id>", methods=["GET", "POST"])
@requires(TAKE_PART)
def ask(offered_id: UUID) -> ResponseReturnValue:
    stands = queries.standing(session(), actor(), offered_id, Deed.ASK)
    form = AskForm()
    if form.accepted_by(lambda: service.ask(actor(), group_id=offered_id, words=form.words.data or "")):
        flash("Votre demande est envoyée. Vous serez prévenu de la réponse.", "success")
        return redirect(url_for("groups.index"), 303)
    return render_template("network/groups/ask.html", form=form, stands=stands), form.status


@blueprint.post("/reseau/entrees/<uuid:entry_id>")
@requires(TAKE_PART)
def respond(entry_id: UUID) -> ResponseReturnValue:
    said = request.form.get("answer", "")
    if said not in set(Answer):
        raise NotFound()
    entry = service.respond(actor(), entry_id=entry_id, answer=Answer(said))
    mine = entry.user_id == actor().user_id
    flash("Bienvenue dans le groupe !" if mine and said == Answer.ACCEPTED else SAID[Answer(said)], "success")
    if mine and said != Answer.ACCEPTED:
        return redirect(url_for("groups.index"), 303)
    return redirect(url_for("groups.welcome" if mine else "groups.members", group_id=entry.group_id), 303)


@blueprint.route("/reseau/groupes/<uuid:group_id>/membres", methods=["GET", "POST"])
@requires(TAKE_PART)
def members(group_id: UUID) -> ResponseReturnValue:
    form = InviteForm()
    stands = queries.standing(session(), actor(), group_id, Deed.ANIMATE if form.is_submitted() else Deed.READ)
    invited = form.accepted_by(
        lambda: service.invite(actor(), group_id=group_id, email=form.email.data or "", words=form.words.data or "")
    )
    if invited:
        flash("L’invitation est envoyée.", "success")
        return redirect(url_for("groups.members", group_id=group_id), 303)
    may_animate = stands.may(Deed.ANIMATE)
    entries = queries.open_entries(session(), group_id) if may_animate else []
    page = render_template(
        "network/groups/members.html",
        form=form,
        stands=stands,
        people=queries.peers(session(), group_id),
        left=queries.peers(session(), group_id, left=True),
        may_animate=may_animate,
        may_coordinate=stands.may(Deed.COORDINATE),
        requests=[it for it in entries if it[0].kind == EntryKind.REQUEST],
        invitations=[it for it in entries if it[0].kind == EntryKind.INVITATION],
    )
    return page, form.status
