"""Pages of the providers of identities: the way out and back, the organisation's settings, the host's approval."""

from dataclasses import asdict
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from maillage.accounts import login, policy
from maillage.accounts.devices import device_of
from maillage.accounts.forms import ProviderForm, SignInForm
from maillage.accounts.oidc import queries, service, settings
from maillage.accounts.oidc.models import IdentityProvider
from maillage.accounts.oidc.service import Journey
from maillage.accounts.redirection import own_path
from maillage.accounts.views.shared import sign_in_page, site
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError
from maillage.web.authz import actor, public, requires
from maillage.web.errors import come_back as retry_headers
from maillage.web.throttle import limiter

blueprint = Blueprint("identity_provider", __name__)

KEPT = "provider"


def led_out(form: SignInForm) -> ResponseReturnValue | None:
    """Where the address typed is answered for by a provider, the page that leads there: our own, since browsers let no
    form of ours be sent on to another site."""
    email = form.email.data or ""
    org_id = None if form.by_password.data else queries.answering(session(), email)
    if org_id is None:
        return None
    try:
        journey, way = service.leave(org_id, email=email, back=_back())
    except DomainError as error:
        form.show(error)
        return sign_in_page(form), error.status, retry_headers(error)
    cookie[KEPT] = asdict(journey) | {"next": own_path(form.next.data)}
    page = render_template(
        "accounts/lead_out.html", way=way, host=urlsplit(way).hostname, next=own_path(form.next.data)
    )
    response: Response = make_response(page)
    response.headers["Refresh"] = f"0; url={way}"
    return response


@blueprint.get("/connexion/retour")
@public("the way in, from a provider of identities", personal=True)
@limiter.limit("30 per 15 minutes", deduct_when=lambda response: response.status_code != 303)
def come_back() -> ResponseReturnValue:
    """A GET that opens a session: providers come back by a redirect, and the state ties it to this very browser."""
    kept = cookie.pop(KEPT, None)
    target = own_path(kept.pop("next")) if kept else "/"
    try:
        entry = service.come_back(
            Journey(**kept) if kept else None,
            answer=request.args,
            back=_back(),
            device=device_of(request.user_agent.string),
        )
    except DomainError as error:
        form = SignInForm(formdata=None, data={"next": target})
        form.show(error)
        return sign_in_page(form), error.status, retry_headers(error)
    login.enter(entry.secret)
    return redirect(url_for("accounts.second_factor", next=target) if entry.mfa_pending else target, 303)


@blueprint.route("/administration/connexion", methods=["GET", "POST"])
@requires(policy.ORGANIZATION, fresh=True)
def change() -> ResponseReturnValue:
    org_id = actor().org_id
    provider = queries.provider(session(), org_id) if org_id else None
    form = ProviderForm(data=_shown(provider) if provider else None)
    if form.accepted_by(
        lambda: settings.set_provider(
            actor(),
            issuer=form.issuer.data,
            client_id=form.client_id.data,
            client_secret=form.client_secret.data,
            domains=form.domains.data.splitlines(),
        )
    ):
        flash("Enregistré. Chaque domaine compte dès que l’hébergeur l’a approuvé.", "success")
        return redirect(url_for("identity_provider.change"), 303)
    return render_template("accounts/provider.html", form=form, provider=provider, back=_back()), form.status


@blueprint.post("/administration/connexion/retirer")
@requires(policy.ORGANIZATION, fresh=True)
def remove() -> ResponseReturnValue:
    settings.remove_provider(actor())
    flash("Vos membres entrent de nouveau avec leur mot de passe.", "success")
    return redirect(url_for("organization.show"), 303)


@blueprint.post("/plateforme/domaines/<uuid:domain_id>/approuver")
@requires(policy.PLATFORM, fresh=True)
def approve(domain_id: UUID) -> ResponseReturnValue:
    org_id = settings.approve_domain(actor(), domain_id=domain_id)
    flash("Le domaine est approuvé : ses adresses entrent par le fournisseur de l’organisation.", "success")
    return redirect(url_for("platform_admin.organization", org_id=org_id), 303)


@blueprint.post("/plateforme/domaines/<uuid:domain_id>/retirer")
@requires(policy.PLATFORM, fresh=True)
def withdraw(domain_id: UUID) -> ResponseReturnValue:
    org_id = settings.withdraw_domain(actor(), domain_id=domain_id)
    flash("Le domaine n’est plus approuvé : ses adresses entrent avec un mot de passe.", "success")
    return redirect(url_for("platform_admin.organization", org_id=org_id), 303)


def _back() -> str:
    return f"{site().origin}{url_for('identity_provider.come_back')}"


def _shown(provider: IdentityProvider) -> dict[str, str]:
    domains = "\n".join(one.domain for one in provider.domains)
    return {"issuer": provider.issuer, "client_id": provider.client_id, "domains": domains}
