"""Administration of an organisation: members, identity, journal."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts import policy, queries, service
from maillage.accounts.forms import IdentityForm, InviteForm, JournalForm, ReadingForm, RolesForm, pick
from maillage.accounts.models import Organization
from maillage.accounts.queries import Colleague, JournalSearch
from maillage.accounts.roles import ROLES, labels_of
from maillage.accounts.views.shared import ORGANIZATION_WORDS, journal_page
from maillage.accounts.words import SORTS
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, NotFound
from maillage.notifications.service import refusing
from maillage.web.authz import actor, requires
from maillage.web.forms import choices

blueprint = Blueprint("organization", __name__, url_prefix="/administration")

SAYS = {row.name: row.says for row in ROLES.values()}


@blueprint.get("")
@requires(policy.ORGANIZATION, "organization.audit")
def show() -> ResponseReturnValue:
    body = _own()
    return render_template(
        "accounts/organization.html",
        body=body,
        members=queries.colleagues(session(), body.id),
        invitations=queries.pending_invitations(session(), body.id),
        **ORGANIZATION_WORDS,
    )


@blueprint.get("/membres")
@requires(policy.ORGANIZATION)
def members() -> ResponseReturnValue:
    body = _own()
    org_id, colleagues = body.id, queries.colleagues(session(), body.id)
    return render_template(
        "accounts/members.html",
        members=colleagues,
        body=body,
        refusing=refusing(session(), [member.email for member in colleagues] + [body.email or ""]),
        invitations=queries.pending_invitations(session(), org_id),
        labels_of=labels_of,
        me=actor().user_id,
    )


@blueprint.route("/membres/inviter", methods=["GET", "POST"])
@requires(policy.ORGANIZATION)
def invite() -> ResponseReturnValue:
    form = InviteForm()
    pick(form.roles, policy.roles_open_to(actor(), actor().org_kind))
    if form.accepted_by(
        lambda: service.invite(
            actor(),
            email=form.email.data,
            name=form.name.data,
            roles=form.roles.data,
            job_title=form.job_title.data,
        )
    ):
        flash("L’invitation est faite. Le lien reste valable 72 heures.", "success")
        return redirect(url_for("organization.members"), 303)
    return render_template("accounts/invite.html", form=form, says=SAYS), form.status


@blueprint.post("/invitations/<uuid:grant_id>/annuler")
@requires(policy.ORGANIZATION)
def cancel_invitation(grant_id: UUID) -> ResponseReturnValue:
    service.cancel_invitation(actor(), grant_id=grant_id)
    flash("L’invitation est annulée.", "success")
    return redirect(url_for("organization.members"), 303)


@blueprint.route("/membres/<uuid:user_id>/roles", methods=["GET", "POST"])
@requires(policy.ORGANIZATION, fresh=True)
def roles(user_id: UUID) -> ResponseReturnValue:
    member = _member(user_id)
    form = RolesForm(data={"roles": sorted(member.roles), "job_title": member.job_title, "team": member.team})
    pick(form.roles, policy.roles_open_to(actor(), actor().org_kind))
    if form.accepted_by(
        lambda: service.change_roles(
            actor(),
            user_id=user_id,
            roles=form.roles.data,
            job_title=form.job_title.data,
            team=form.team.data or "",
        )
    ):
        flash("Les rôles sont à jour.", "success")
        return redirect(url_for("organization.members"), 303)
    return render_template("accounts/roles.html", form=form, member=member, says=SAYS), form.status


@blueprint.get("/membres/<uuid:user_id>/retirer")
@requires(policy.ORGANIZATION)
def confirm_end(user_id: UUID) -> ResponseReturnValue:
    return render_template("accounts/end_membership.html", member=_member(user_id), refusal=None)


@blueprint.post("/membres/<uuid:user_id>/retirer")
@requires(policy.ORGANIZATION)
def end(user_id: UUID) -> ResponseReturnValue:
    member = _member(user_id)
    try:
        service.end_membership(actor(), user_id=user_id)
    except DomainError as error:
        return render_template("accounts/end_membership.html", member=member, refusal=error.message), error.status
    flash("Cette personne n’est plus membre de l’organisation.", "success")
    return redirect(url_for("organization.members") if user_id != actor().user_id else "/", 303)


@blueprint.route("/identite", methods=["GET", "POST"])
@requires(policy.ORGANIZATION, fresh=True)
def identity() -> ResponseReturnValue:
    body = _own()
    form = IdentityForm(obj=body)
    country = body.country
    if form.accepted_by(
        lambda: service.change_identity(
            actor(),
            name=form.name.data,
            email=form.email.data,
            registration=form.registration.data,
            require_mfa=form.require_mfa.data,
        )
    ):
        flash("L’identité de l’organisation est à jour.", "success")
        return redirect(url_for("organization.show"), 303)
    return render_template("accounts/identity.html", form=form, country=country), form.status


@blueprint.route("/lecture", methods=["GET", "POST"])
@requires(policy.ORGANIZATION, fresh=True)
def reading() -> ResponseReturnValue:
    form = ReadingForm(obj=_own())
    if form.accepted_by(lambda: service.change_reading(actor(), need_to_know=form.need_to_know.data)):
        flash("C’est fait : la règle vaut dès la prochaine page de chacun.", "success")
        return redirect(url_for("organization.show"), 303)
    return render_template("accounts/reading.html", form=form), form.status


@blueprint.get("/journal")
@requires("organization.audit")
def journal() -> ResponseReturnValue:
    form, search = _journal_search()
    return journal_page(
        "accounts/journal.html",
        lambda after: queries.journal(session(), _own().id, after, search),
        form=form,
    )


@blueprint.post("/journal/fichier")
@requires("organization.audit", fresh=True)
def export_journal() -> ResponseReturnValue:
    """A POST, since that somebody took a copy away is itself an entry of the journal."""
    _form, search = _journal_search()
    task_id = service.order_journal(actor(), search=search)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def _journal_search() -> tuple[JournalForm, JournalSearch]:
    """What the address asks for; what it says wrongly asks for nothing."""
    form = JournalForm(request.args)
    people = {str(user_id): name for user_id, name in queries.journal_people(session(), _own().id).items()}
    form.who.choices = choices(people, empty="Tout le monde")
    form.who.data = form.who.data if form.who.data in people else ""
    form.what.data = form.what.data if form.what.data in SORTS else ""
    return form, JournalSearch(
        who=UUID(form.who.data) if form.who.data else None,
        what=form.what.data or "",
        since=form.since.data,
        until=form.until.data,
        country=actor().country,
    )


def _own() -> Organization:
    org_id = actor().org_id
    body = queries.organization(session(), org_id) if org_id else None
    if body is None:
        raise NotFound()
    return body


def _member(user_id: UUID) -> Colleague:
    """A present colleague; who works elsewhere is as unknown as nobody."""
    found = next((one for one in queries.colleagues(session(), _own().id) if one.user_id == user_id), None)
    if found is None:
        raise NotFound()
    return found
