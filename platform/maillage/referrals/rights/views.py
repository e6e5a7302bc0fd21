"""Pages of the rights of a person: at the situation, in the register, and what is announced to everybody."""

import json
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, NotFound, VaultShut
from maillage.referrals.policy import READ_ORGANIZATION, SEND
from maillage.referrals.rights import codes, copies, queries, service
from maillage.referrals.rights.forms import EraseForm, KeepForm, RequestForm
from maillage.web.authz import actor, public, requires
from maillage.web.templating import day

blueprint = Blueprint("rights", __name__)

TERMS: Final = {
    "usual": codes.USUAL,
    "draft": codes.DRAFT,
    "longest": codes.LONGEST,
    "by_theme": codes.BY_THEME,
    "extension": codes.EXTENSION_MONTHS,
    "outreach": codes.OUTREACH_DAYS,
}


@blueprint.get("/vos-donnees")
@public("what is kept, for how long, and what a person may ask")
def your_data() -> ResponseReturnValue:
    return render_template("rights/your_data.html", longer=copies.longer_terms(), **TERMS)


@blueprint.get("/situations/<uuid:situation_id>/droits")
@requires(SEND)
def show(situation_id: UUID) -> ResponseReturnValue:
    return _page(situation_id, RequestForm(), KeepForm())


@blueprint.post("/situations/<uuid:situation_id>/droits")
@requires(SEND)
def note(situation_id: UUID) -> ResponseReturnValue:
    form = RequestForm()
    if form.submitted():
        try:
            service.note_request(
                actor(), situation_id=situation_id, right=form.right.data or "", received_on=form.received_on.data
            )
        except NotFound:
            raise
        except DomainError as error:
            form.show(error)
        else:
            flash("La demande est notée.", "success")
            return redirect(url_for("rights.show", situation_id=situation_id), 303)
    return _page(situation_id, form, KeepForm(None))


@blueprint.post("/situations/<uuid:situation_id>/droits/copie")
@requires(SEND, fresh=True)
def copy(situation_id: UUID) -> ResponseReturnValue:
    """Answers the POST itself: what it holds is in no address and in no other answer."""
    try:
        found = service.give_copy(actor(), situation_id=situation_id)
    except VaultShut as shut:
        flash(shut.message, "warning")
        return redirect(url_for("vault.unlock", next=url_for("rights.show", situation_id=situation_id)), 303)
    if request.form.get("format") == "json":
        return Response(
            json.dumps(found.content, ensure_ascii=False, indent=2),
            mimetype="application/json",
            headers={"Content-Disposition": f'attachment; filename="situation-{found.reference}.json"'},
        )
    return render_template("rights/copy.html", copy=found, parts=copies.parts(found.content))


@blueprint.post("/situations/<uuid:situation_id>/droits/rectification")
@requires(SEND)
def rectify(situation_id: UUID) -> ResponseReturnValue:
    request_id = service.rectify(actor(), situation_id=situation_id)
    flash("La fiche rectifiée est chez chaque partenaire qui la lit encore. Ils en sont prévenus.", "success")
    return redirect(url_for("rights.receipt", request_id=request_id), 303)


@blueprint.route("/situations/<uuid:situation_id>/droits/effacement", methods=["GET", "POST"])
@requires(SEND, fresh=True)
def erase(situation_id: UUID) -> ResponseReturnValue:
    kept = queries.kept(session(), actor(), situation_id)
    form = EraseForm()
    if form.submitted():
        request_id = service.erase(actor(), situation_id=situation_id)
        flash("Tout est effacé.", "success")
        return redirect(url_for("rights.receipt", request_id=request_id), 303)
    return render_template("rights/erase.html", form=form, kept=kept), form.status


@blueprint.post("/situations/<uuid:situation_id>/droits/conservation")
@requires(SEND)
def keep(situation_id: UUID) -> ResponseReturnValue:
    form = KeepForm()
    if form.submitted():
        until = service.keep(actor(), situation_id=situation_id, reason=form.reason.data or "")
        flash(f"Elle est gardée au moins jusqu’au {day(until)}.", "success")
        return redirect(url_for("rights.show", situation_id=situation_id), 303)
    return _page(situation_id, RequestForm(None), form)


@blueprint.get("/droits")
@requires(READ_ORGANIZATION)
def register() -> ResponseReturnValue:
    after = request.args.get("after")
    page = queries.requests(session(), actor(), after)
    return render_template("rights/register.html", page=page, first_page=not after, rights=codes.RIGHTS)


@blueprint.get("/droits/<uuid:request_id>")
@requires(SEND, READ_ORGANIZATION)
def receipt(request_id: UUID) -> ResponseReturnValue:
    return render_template(
        "rights/receipt.html",
        receipt=queries.receipt(session(), actor(), request_id),
        rights=codes.RIGHTS,
        Right=codes.Right,
    )


def _page(situation_id: UUID, form: RequestForm, keeping: KeepForm) -> ResponseReturnValue:
    page = render_template(
        "rights/situation.html",
        kept=queries.kept(session(), actor(), situation_id),
        form=form,
        keeping=keeping,
        rights=codes.RIGHTS,
        reasons=codes.KEEP_REASONS,
        reads_register=actor().can(READ_ORGANIZATION),
    )
    return page, max(form.status, keeping.status)
