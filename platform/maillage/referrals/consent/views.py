"""Pages about consent: the sheet to hand over, a consent given again, and what to do in danger."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.queries import organization
from maillage.directory.queries import referable_services
from maillage.kernel.db import session
from maillage.kernel.errors import Forbidden, NotFound
from maillage.referrals import queries
from maillage.referrals.codes import SharingLevel, Side
from maillage.referrals.consent import dangers, pdf, sheets
from maillage.referrals.consent.forms import RenewForm
from maillage.referrals.consent.service import renew as renew_consent
from maillage.referrals.policy import SEND
from maillage.referrals.queries import SituationView
from maillage.web.authz import actor, optional_actor, public, requires
from maillage_search.emergency import all_numbers

NBSP_H = "\u00a0h"

blueprint = Blueprint("consent", __name__)


@blueprint.get("/situations/<uuid:situation_id>/fiche")
@requires(SEND)
def sheet(situation_id: UUID) -> ResponseReturnValue:
    """To be printed. Names nobody unless asked to; neither its address nor its title ever does."""
    view = queries.situation_view(session(), actor(), situation_id)
    made = sheets.sheet(_language(), _about(view))
    if request.args.get("format") == "pdf":
        if not made.drawable:
            raise NotFound()
        headers = {"Content-Disposition": 'attachment; filename="fiche.pdf"'}
        return Response(pdf.draw(made), mimetype="application/pdf", headers=headers)
    return render_template(
        "referrals/consent/sheet.html",
        view=view,
        sheet=made,
        languages=sheets.languages(),
        named="nom" in request.args,
        discreet="discret" in request.args,
    )


@blueprint.route("/orientations/<uuid:referral_id>/accord", methods=["GET", "POST"])
@requires(SEND)
def renew(referral_id: UUID) -> ResponseReturnValue:
    view = queries.referral_view(session(), actor(), referral_id)
    if view.side is not Side.SENDER:
        raise Forbidden()
    form = RenewForm()
    if form.accepted_by(
        lambda: renew_consent(
            actor(), referral_id=referral_id, given_on=form.given_on.data, expires_on=form.expires_on.data
        )
    ):
        flash("L’accord renouvelé est noté.", "success")
        return redirect(url_for("referrals.show", referral_id=referral_id), 303)
    return render_template("referrals/consent/renew.html", form=form, view=view), form.status


@blueprint.get("/danger-immediat")
@public("whom to call when somebody is in danger: no account, no handoff, no consent")
def danger() -> ResponseReturnValue:
    who = optional_actor()
    asked = request.args.get("pays", who.country if who else "FR").upper()
    country = asked if asked in dangers.DANGERS else "FR"
    return render_template(
        "referrals/consent/danger.html",
        country=country,
        dangers=dangers.DANGERS[country],
        numbers=[
            {"number": it.number, "label": it.name, "detail": f"{it.description} · {it.hours.replace(' h', NBSP_H)}"}
            for it in all_numbers(country)
        ],
        write_down=dangers.WRITE_DOWN,
        may_refer=bool(who and who.can(SEND)),
    )


def _language() -> str:
    asked = request.args.get("langue", "fr")
    return asked if asked in sheets.LANGUAGES else "fr"


def _about(view: SituationView) -> sheets.About:
    who, person = actor(), view.content.person
    assert who.org_id is not None
    house = organization(session(), who.org_id)
    named = " ".join(filter(None, (person.first_name, person.last_name))) if "nom" in request.args else ""
    return sheets.About(
        sender=who.org_name,
        receivers=() if "discret" in request.args else _receivers(view),
        level=view.content.plan.sharing_level or SharingLevel.STANDARD,
        contact=(house.email if house else None) or "",
        country=who.country,
        person=named,
    )


def _receivers(view: SituationView) -> tuple[str, ...]:
    """Whom it is being prepared for; once sent, whom it went to."""
    planned = view.content.plan.service_ids
    if not planned:
        return tuple(dict.fromkeys(line.partner.name for line in view.sent))
    return tuple(f"{it.name} ({it.org_name})" for it in referable_services(session(), planned))
