"""Administration of the platform: organisations, people, jobs given up, journal."""

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts import policy, queries, service
from maillage.accounts.forms import MailboxForm, OrganizationForm, OrganizationSearch, ReasonForm
from maillage.accounts.models import Organization
from maillage.accounts.oidc.queries import provider
from maillage.accounts.roles import labels_of
from maillage.accounts.views.shared import ORGANIZATION_WORDS, journal_page
from maillage.accounts.words import MAILBOX_PROOFS
from maillage.kernel import anchors, outbox
from maillage.kernel.db import session
from maillage.kernel.errors import NotFound
from maillage.kernel.ids import new_id
from maillage.web.authz import actor, requires

blueprint = Blueprint("platform_admin", __name__, url_prefix="/plateforme")


@blueprint.get("")
@requires(policy.PLATFORM)
def show() -> ResponseReturnValue:
    return render_template(
        "accounts/platform.html",
        by_status=queries.organizations_by_status(session()),
        dead=outbox.count_dead(session()),
        search=str(current_app.extensions["maillage_readiness"]["search"]()),
        **ORGANIZATION_WORDS,
    )


@blueprint.get("/organisations")
@requires(policy.PLATFORM)
def organizations() -> ResponseReturnValue:
    form = OrganizationSearch(request.args)
    wanted = {"text": form.q.data or "", "status": form.status.data or "", "kind": form.kind.data or ""}
    after = request.args.get("after")
    page = queries.organizations(session(), **wanted, after=after)
    return render_template(
        "accounts/organizations.html", form=form, page=page, wanted=wanted, first_page=not after, **ORGANIZATION_WORDS
    )


@blueprint.route("/organisations/nouvelle", methods=["GET", "POST"])
@requires(policy.PLATFORM)
def new_organization() -> ResponseReturnValue:
    form = OrganizationForm()
    org_id = new_id()
    if form.accepted_by(
        lambda: service.open_organization(
            actor(),
            org_id=org_id,
            name=form.name.data,
            kind=form.kind.data,
            country=form.country.data,
            registration=form.registration.data,
            email=form.email.data,
            admin_name=form.admin_name.data,
            admin_email=form.admin_email.data,
        )
    ):
        flash("L’organisation est créée et son administrateur invité.", "success")
        return redirect(url_for("platform_admin.organization", org_id=org_id), 303)
    return render_template("accounts/new_organization.html", form=form), form.status


@blueprint.get("/organisations/<uuid:org_id>")
@requires(policy.PLATFORM)
def organization(org_id: UUID) -> ResponseReturnValue:
    body = _organization(org_id)
    return render_template(
        "accounts/organization_card.html",
        body=body,
        members=queries.colleagues(session(), org_id),
        labels_of=labels_of,
        invitations=queries.pending_invitations(session(), org_id),
        proofs=MAILBOX_PROOFS,
        provider=provider(session(), org_id),
        **ORGANIZATION_WORDS,
    )


@blueprint.post("/organisations/<uuid:org_id>/verifier")
@requires(policy.PLATFORM)
def vet(org_id: UUID) -> ResponseReturnValue:
    service.vet_organization(actor(), org_id=org_id)
    flash("L’organisation est vérifiée : elle peut échanger des orientations.", "success")
    return redirect(url_for("platform_admin.organization", org_id=org_id), 303)


@blueprint.route("/organisations/<uuid:org_id>/suspendre", methods=["GET", "POST"])
@requires(policy.PLATFORM, fresh=True)
def suspend(org_id: UUID) -> ResponseReturnValue:
    return _move(org_id, "accounts/suspend.html", "L’organisation est suspendue.", reopening=False)


@blueprint.route("/organisations/<uuid:org_id>/rouvrir", methods=["GET", "POST"])
@requires(policy.PLATFORM)
def reopen(org_id: UUID) -> ResponseReturnValue:
    return _move(org_id, "accounts/reopen.html", "L’organisation est rouverte ; elle reste à vérifier.", reopening=True)


@blueprint.route("/organisations/<uuid:org_id>/boite", methods=["GET", "POST"])
@requires(policy.PLATFORM, fresh=True)
def mailbox(org_id: UUID) -> ResponseReturnValue:
    body = _organization(org_id)
    form = MailboxForm(data={"email": body.email})
    if form.accepted_by(
        lambda: service.prove_mailbox(actor(), org_id=org_id, email=form.email.data, proof=form.proof.data)
    ):
        flash("La boîte est confirmée : l’organisation peut répondre sans compte.", "success")
        return redirect(url_for("platform_admin.organization", org_id=org_id), 303)
    return render_template("accounts/mailbox.html", form=form, body=body), form.status


@blueprint.post("/organisations/<uuid:org_id>/boite/retirer")
@requires(policy.PLATFORM)
def disown_mailbox(org_id: UUID) -> ResponseReturnValue:
    service.disown_mailbox(actor(), org_id=org_id)
    flash("La boîte n’est plus garantie : les liens déjà reçus ne s’ouvrent plus.", "success")
    return redirect(url_for("platform_admin.organization", org_id=org_id), 303)


@blueprint.get("/personnes")
@requires(policy.PLATFORM)
def users() -> ResponseReturnValue:
    text = request.args.get("q", "").strip()
    return render_template("accounts/users.html", q=text, users=queries.find_users(session(), text), me=actor().user_id)


@blueprint.post("/personnes/<uuid:user_id>/desactiver")
@requires(policy.PLATFORM, fresh=True)
def deactivate(user_id: UUID) -> ResponseReturnValue:
    service.deactivate_user(actor(), user_id=user_id)
    flash("Le compte est désactivé ; ses sessions et ses clés sont fermées.", "success")
    return redirect(url_for("platform_admin.users", q=request.args.get("q")), 303)


@blueprint.post("/personnes/<uuid:user_id>/reactiver")
@requires(policy.PLATFORM, fresh=True)
def reactivate(user_id: UUID) -> ResponseReturnValue:
    service.reactivate_user(actor(), user_id=user_id)
    flash("Le compte est de nouveau actif.", "success")
    return redirect(url_for("platform_admin.users", q=request.args.get("q")), 303)


@blueprint.get("/envois")
@requires(policy.PLATFORM)
def dead_letters() -> ResponseReturnValue:
    return render_template("accounts/dead_letters.html", jobs=queries.dead_letters(session()))


@blueprint.post("/envois/<uuid:job_id>/relancer")
@requires(policy.PLATFORM)
def replay(job_id: UUID) -> ResponseReturnValue:
    service.replay_job(actor(), job_id=job_id)
    flash("L’envoi repart.", "success")
    return redirect(url_for("platform_admin.dead_letters"), 303)


@blueprint.get("/journal")
@requires(policy.PLATFORM)
def journal() -> ResponseReturnValue:
    """With `controle`, also reads every chain again: long on a big platform, so only when asked."""
    paths = current_app.extensions["maillage_settings"].paths
    broken = anchors.verify(session(), paths.anchors) if "controle" in request.args else None
    return journal_page(
        "accounts/platform_journal.html",
        lambda after: queries.platform_journal(session(), after),
        broken=broken,
        names=queries.organization_names(session(), [it.chain for it in broken or [] if it.chain]),
    )


def _move(org_id: UUID, template: str, told: str, *, reopening: bool) -> ResponseReturnValue:
    body = _organization(org_id)
    form = ReasonForm()
    verb = service.reopen_organization if reopening else service.suspend_organization
    if form.accepted_by(lambda: verb(actor(), org_id=org_id, reason=form.reason.data)):
        flash(told, "success")
        return redirect(url_for("platform_admin.organization", org_id=org_id), 303)
    return render_template(template, form=form, body=body), form.status


def _organization(org_id: UUID) -> Organization:
    body = queries.organization(session(), org_id)
    if body is None:
        raise NotFound()
    return body
