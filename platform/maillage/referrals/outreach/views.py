"""Asking that somebody be met, on one page."""

from hashlib import sha256
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.vault.queries import keeps_whole
from maillage.directory import place_words
from maillage.directory.vocabulary import is_sensitive
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.kernel.ids import parse_id
from maillage.referrals import policy, proposals
from maillage.referrals.checks import commune_of
from maillage.referrals.codes import Urgency
from maillage.referrals.consent.frames import frames_of
from maillage.referrals.outreach import service
from maillage.referrals.outreach.forms import OutreachForm
from maillage.referrals.outreach.queries import asked_in_vain
from maillage.referrals.policy import SEND
from maillage.referrals.proposals import Proposal
from maillage.referrals.rights.codes import OUTREACH_DAYS
from maillage.referrals.service import Standing
from maillage.referrals.views import resting
from maillage.web.authz import actor, requires
from maillage_search.places import load_places

GOES_TO_PEOPLE: Final = ("social-ties", "social-support-measures")

blueprint = Blueprint("outreach", __name__)


@blueprint.route("/aller-vers", methods=["GET", "POST"])
@requires(SEND)
def ask() -> ResponseReturnValue:
    policy.ensure_sends(actor())
    resting.ensure_open_to_begin()
    form = OutreachForm(data={"urgency": Urgency.NORMAL, "service_id": request.args.get("service_id", "")} | _known())
    if "search" not in request.form and form.submitted():
        try:
            asked = _ask(form)
        except (Invalid, Conflict) as error:
            form.show(error)
        else:
            flash("La demande est partie. Rien de plus n’est noté tant que la personne n’a pas dit oui.", "success")
            return redirect(url_for("referrals.show", referral_id=asked.id), 303)
    page = render_template(
        "referrals/outreach/reach_out.html",
        form=form,
        partners=_partners(form),
        days=OUTREACH_DAYS,
        frames={str(basis): frame.says for basis, frame in frames_of(actor().country).items()},
        whole=keeps_whole(session(), actor()),
        places_href=url_for("search_api.places", country=actor().country),
    )
    return page, (200 if "search" in request.form else form.status)


def _known() -> dict[str, str]:
    """What is written already of somebody to whom nobody went yet. What it rests on is said anew each time."""
    after = parse_id(request.args.get("after", ""))
    if after is None:
        return {}
    situation = asked_in_vain(session(), actor(), after)
    place = load_places().get("commune", situation.commune_code) if situation.commune_code else None
    person, contact = situation.content.person, situation.content.safe_contact
    return {
        "after": str(after),
        "commune": place_words.label(place) if place else "",
        "find": person.address,
        "first_name": person.first_name,
        "hours": contact.hours,
        "words": contact.words,
    }


def _ask(form: OutreachForm) -> Standing:
    """The same request leaves once, however often the button is pressed."""
    who, given = actor(), form.given()
    said = sha256(given.model_dump_json().encode()).hexdigest()
    key = IdempotencyKey.of(who, f"outreach:{said}", "POST", request.path, b"")
    return service.reach_out(who, given=given, idempotency=key)


def _partners(form: OutreachForm) -> list[Proposal]:
    """Those that were searched for, or whose work it is to meet people, near the commune once it is known."""
    words = form.q.data if "search" in request.form else ""
    commune_code = _commune_code(form.commune.data or "")
    if not (words or commune_code):
        return proposals.chosen_first(session(), form.chosen(), [])
    found = proposals.suiting(session(), actor(), GOES_TO_PEOPLE, commune_code, words)
    neutral = [it for it in found if not is_sensitive(it.service.themes)]
    return proposals.chosen_first(session(), form.chosen(), neutral)


def _commune_code(typed: str) -> str | None:
    try:
        return commune_of(typed, actor().country).code if typed else None
    except Invalid:
        return None
