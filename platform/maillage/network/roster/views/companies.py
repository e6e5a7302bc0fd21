"""The roster of the coordinator, and the sheet of one company."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.ids import parse_id
from maillage.network.groups import service as groups
from maillage.network.groups.policy import COORDINATE, TAKE_PART, coordinates
from maillage.network.groups.queries import coordinated
from maillage.network.roster import policy, queries, service
from maillage.network.roster.forms import CompanyForm, SheetForm
from maillage.network.roster.queries import Company
from maillage.network.roster.views.blueprint import blueprint
from maillage.network.roster.words import AXES, PROJECTS
from maillage.web.authz import actor, requires

SHOWN = 25
Line = tuple[Company, tuple[str, ...]]
LACKS = {
    "referent": "Sans référent",
    "group": "Dans aucun groupe",
    "sheet": "Fiche vide",
    "report": "Rapport à rendre",
}


@blueprint.route("/reseau/organisations", methods=["GET", "POST"])
@requires(COORDINATE)
def companies() -> ResponseReturnValue:
    network = coordinated(session(), actor())
    form = CompanyForm()
    names: list[str] = []
    if form.accepted_by(lambda: names.append(service.add_named(actor(), name=form.name.data or ""))):
        flash(f"« {names[0]} » fait partie du réseau.", "success")
        return redirect(url_for("roster.companies"), 303)
    asked = queries.latest_form(session(), network.id)
    lines = [(one, one.lacks(asked is not None)) for one in queries.companies(session(), network, asked)]
    wanted = next((code for code in LACKS if code == request.args.get("manque")), None)
    shown, following = _page(lines, wanted)
    page = render_template(
        "network/roster/companies.html",
        form=form,
        network=network,
        asked=asked,
        lines=shown,
        next_href=following,
        first_href=url_for("roster.companies", manque=wanted) if "after" in request.args else None,
        counts={code: sum(code in missing for _, missing in lines) for code in LACKS},
        total=len(lines),
        wanted=wanted,
        named=queries.NAMED,
        lacks=LACKS,
        projects=PROJECTS,
    )
    return page, form.status


def _page(lines: list[Line], wanted: str | None) -> tuple[list[Line], str | None]:
    """Those that follow the one in the address, as many as a page takes; and where the rest is."""
    after = parse_id(request.args.get("after", ""))
    passed = next((n for n, (one, _) in enumerate(lines, 1) if one.org_id == after), 0)
    found = [it for it in lines[passed:] if wanted is None or wanted in it[1]]
    shown = found[:SHOWN]
    rest = url_for("roster.companies", manque=wanted, after=shown[-1][0].org_id) if len(found) > SHOWN else None
    return shown, rest


@blueprint.get("/reseau/organisations/<uuid:company_id>")
@requires(TAKE_PART)
def company(company_id: UUID) -> ResponseReturnValue:
    network = queries.my_network(session(), actor())
    policy.ensure_describes(actor(), org_id=company_id, owner_id=network.org_id)
    name, sheet = queries.company(session(), network.id, company_id)
    return render_template(
        "network/roster/company.html",
        company_id=company_id,
        name=name,
        sheet=sheet,
        network=network,
        axes=AXES,
        projects=PROJECTS,
        may_coordinate=coordinates(actor(), network.org_id),
    )


@blueprint.route("/reseau/organisations/<uuid:company_id>/fiche", methods=["GET", "POST"])
@requires(TAKE_PART)
def sheet(company_id: UUID) -> ResponseReturnValue:
    network = queries.my_network(session(), actor())
    policy.ensure_describes(actor(), org_id=company_id, owner_id=network.org_id)
    name, kept = queries.company(session(), network.id, company_id)
    form = SheetForm.of(kept)
    saved = form.accepted_by(
        lambda: service.describe(actor(), network_id=network.id, org_id=company_id, content=form.content())
    )
    if saved:
        flash("La fiche est à jour.", "success")
        return redirect(url_for("roster.company", company_id=company_id), 303)
    return render_template("network/roster/sheet.html", form=form, name=name, company_id=company_id), form.status


@blueprint.post("/reseau/organisations/<uuid:company_id>/retirer")
@requires(COORDINATE)
def end_company(company_id: UUID) -> ResponseReturnValue:
    groups.end_company(actor(), org_id=company_id)
    flash("Cette organisation ne fait plus partie du réseau. Ce qui a été écrit reste.", "success")
    return redirect(url_for("roster.companies"), 303)
