"""What a mailed link opens: GET shows and changes nothing, POST acts. Its session is a cookie of its own, bound to the
path of one referral."""

from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.service import claim_organization
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, Invalid, TooMany
from maillage.referrals import preparing
from maillage.referrals import queries as referrals
from maillage.referrals.content import Details
from maillage.referrals.kinds import KINDS
from maillage.referrals.links import policy, queries, service
from maillage.referrals.links.forms import ClaimForm, CodeForm
from maillage.referrals.links.policy import AccessClosed, LinkOver, Standing
from maillage.referrals.links.queries import Guest
from maillage.referrals.service.meeting import forgets
from maillage.referrals.states import ENDED, Event, State
from maillage.referrals.views import opening_words, words
from maillage.referrals.views.answering import SLUGS, as_read, offered, one_action
from maillage.referrals.views.following import identity_page, messages_of, steps_of
from maillage.web.authz import public
from maillage.web.throttle import limiter

blueprint = Blueprint("links", __name__)

UNANSWERED = (State.SENT, State.SEEN)
MAILED = "a link mailed to an organisation's registered mailbox, which shows nothing of anybody"
OPENED = "a session of its own, opened by a code mailed to the registered mailbox"


@blueprint.errorhandler(LinkOver)
def over(error: LinkOver) -> ResponseReturnValue:
    """Says the same of a link that is over and of one that never was."""
    session().rollback()
    secret = (request.view_args or {}).get("secret", "")
    return render_template("referrals/links/over.html", secret=secret), error.status


@blueprint.errorhandler(AccessClosed)
def closed(error: AccessClosed) -> ResponseReturnValue:
    session().rollback()
    return render_template("referrals/links/closed.html"), error.status


@blueprint.route("/lien/<secret>", methods=["GET", "POST"])
@public(MAILED, personal=True)
@limiter.limit("30 per hour", methods=["POST"])
def enter(secret: str) -> ResponseReturnValue:
    if (away := _worth(secret)) is not None:
        return away
    if request.method == "POST":
        try:
            service.ask_code(secret=secret)
        except TooMany as error:
            page = render_template("referrals/links/link.html", secret=secret, refusal=error.message)
            return page, error.status
        return redirect(url_for("links.type_code", secret=secret), 303)
    return render_template("referrals/links/link.html", secret=secret, refusal="")


@blueprint.route("/lien/<secret>/code", methods=["GET", "POST"])
@public(MAILED, personal=True)
@limiter.limit("60 per hour", methods=["POST"])
def type_code(secret: str) -> ResponseReturnValue:
    if (away := _worth(secret)) is not None:
        return away
    form = CodeForm()
    if form.submitted():
        try:
            referral_id, opened = service.open_with(secret=secret, code=form.code.data)
        except Invalid as error:
            form.show(error)
        else:
            return _keep(redirect(url_for("links.show", referral_id=referral_id), 303), referral_id, opened)
    return render_template("referrals/links/code.html", form=form, secret=secret), form.status


@blueprint.post("/lien/<secret>/nouveau")
@public(MAILED, personal=True)
@limiter.limit("10 per hour")
def ask_another(secret: str) -> ResponseReturnValue:
    service.ask_another(secret=secret)
    return render_template("referrals/links/asked.html")


@blueprint.get("/reponse/<uuid:referral_id>")
@public(OPENED, personal=True)
def show(referral_id: UUID) -> ResponseReturnValue:
    guest = _guest(referral_id)
    if guest.over:
        return redirect(url_for("links.thanks", referral_id=referral_id), 303)
    view = referrals.referral_view(session(), guest.actor, referral_id)
    actions = offered(view)
    return render_template(
        "referrals/links/referral.html",
        view=view,
        standing=opening_words.standing(view, bool(view.choices)),
        primary=actions[0] if actions and actions[0].leads(view) else None,
        actions=[it for it in actions if not (it is actions[0] and it.leads(view))],
        timeline=steps_of(view),
        messages=messages_of(view, None),
        question=words.open_question(view),
        answers=preparing.rows(view.timeline),
        asked_for=words.said(view, Event.SEND, "question"),
        names=KINDS[view.kind].names,
        answered=view.state not in UNANSWERED,
        words=words,
    )


@blueprint.route(f"/reponse/<uuid:referral_id>/<any({', '.join(map(repr, SLUGS))}):slug>", methods=["GET", "POST"])
@public(OPENED, personal=True)
def act(referral_id: UUID, slug: str) -> ResponseReturnValue:
    guest = _guest(referral_id)
    if guest.over:
        raise AccessClosed()
    back = url_for("links.show", referral_id=referral_id)

    def take(event: Event, details: Details, version: int | None) -> str:
        reached = service.answer(
            referral_id=referral_id, secret=_secret(), event=event, details=details, version=version
        )
        if forgets(view.kind, event, details.outcome):
            return url_for("search.home")
        return url_for("links.thanks", referral_id=referral_id) if reached.state in ENDED else back

    view = referrals.referral_view(session(), guest.actor, referral_id)
    return one_action(guest.actor, as_read(SLUGS[slug], view), view, back=back, take=take)


@blueprint.post("/reponse/<uuid:referral_id>/identite")
@public(OPENED, personal=True)
def reveal(referral_id: UUID) -> ResponseReturnValue:
    identity = service.reveal(referral_id=referral_id, secret=_secret())
    view = referrals.referral_view(session(), _guest(referral_id).actor, referral_id)
    back = url_for("links.show", referral_id=referral_id)
    return identity_page(identity, view, back)


@blueprint.get("/reponse/<uuid:referral_id>/merci")
@public(OPENED, personal=True)
def thanks(referral_id: UUID) -> ResponseReturnValue:
    guest = _guest(referral_id)
    return render_template("referrals/links/thanks.html", referral_id=referral_id, over=guest.over)


@blueprint.route("/reponse/<uuid:referral_id>/compte", methods=["GET", "POST"])
@public(OPENED, personal=True)
@limiter.limit("10 per hour", methods=["POST"])
def claim(referral_id: UUID) -> ResponseReturnValue:
    guest = _guest(referral_id)
    form = ClaimForm()
    if form.submitted():
        try:
            claim_organization(guest.actor, name=form.name.data, email=form.email.data)
        except DomainError as error:
            form.show(error)
        else:
            flash("L’invitation est partie à cette adresse. Son lien vaut 72 heures.", "success")
            return redirect(url_for("links.thanks", referral_id=referral_id), 303)
    page = render_template(
        "referrals/links/claim.html", form=form, referral_id=referral_id, org_name=guest.actor.org_name
    )
    return page, form.status


@blueprint.post("/reponse/<uuid:referral_id>/fermer")
@public(OPENED, personal=True)
def leave(referral_id: UUID) -> ResponseReturnValue:
    service.close(referral_id=referral_id, secret=_secret())
    flash("C’est refermé. Le lien de votre dernier message reste votre entrée.", "success")
    answer = current_app.make_response(redirect(url_for("search.home"), 303))
    answer.delete_cookie(_cookie(), path=_path(referral_id))
    return answer


def _worth(secret: str) -> ResponseReturnValue | None:
    """Where else a link leads: to sign in, once the organisation has its account. Raises LinkOver."""
    found = queries.find(session(), secret)
    if found.standing is Standing.CLAIMED:
        flash("Votre organisation a maintenant un compte : connectez-vous pour répondre.")
        wanted = url_for("referrals.show", referral_id=found.referral.id)
        return redirect(url_for("accounts.sign_in", next=wanted), 303)
    if found.standing is not Standing.LIVE and request.method != "POST":
        raise LinkOver()
    return None


def _guest(referral_id: UUID) -> Guest:
    return queries.guest(session(), referral_id, _secret())


def _keep(answer: object, referral_id: UUID, opened: str) -> Response:
    """The session's secret, sent back to this referral's pages only."""
    response = current_app.make_response(answer)  # type: ignore[arg-type]
    response.set_cookie(
        _cookie(),
        opened,
        max_age=policy.SESSION_LASTS,
        path=_path(referral_id),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Strict",
    )
    return response


def _secret() -> str | None:
    return request.cookies.get(_cookie())


def _cookie() -> str:
    return "__Secure-reponse" if current_app.config["SESSION_COOKIE_SECURE"] else "reponse"


def _path(referral_id: UUID) -> str:
    return f"/reponse/{referral_id}"
