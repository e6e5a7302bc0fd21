"""Writing to the person on two pages: what it will say, then the message word for word, which somebody sends."""

from typing import Final
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, DomainError, NotFound
from maillage.referrals.codes import ContactChannel, label
from maillage.referrals.policy import ANSWER, SEND
from maillage.referrals.queries import load
from maillage.referrals.reaching import queries, rules, service
from maillage.referrals.reaching.forms import PersonMessageForm
from maillage.referrals.reaching.rules import Result
from maillage.referrals.reaching.service import Prepared
from maillage.referrals.views.situations import safe_words
from maillage.web.authz import actor, requires
from maillage.web.templating import moment

blueprint = Blueprint("reaching", __name__)

TONES: Final = {
    Result.WAITING: "blue",
    Result.SENT: "green",
    Result.REFUSED: "red",
    Result.LATE: "amber",
    Result.STOPPED: "amber",
}


@blueprint.route("/orientations/<uuid:referral_id>/ecrire-a-la-personne", methods=["GET", "POST"])
@requires(SEND, ANSWER)
def write(referral_id: UUID) -> ResponseReturnValue:
    who = actor()
    referral, side = load(session(), who, referral_id)
    if not queries.may_write_to(who, side, referral):
        flash(service.CLOSED, "info")
        return redirect(url_for("referrals.show", referral_id=referral_id), 303)
    texts = current_app.extensions["maillage_texter"] is not None
    form = PersonMessageForm(texts=texts, data={"signature": who.user_name.partition(" ")[0]})
    if not form.submitted() or "again" in request.form:
        return _page(referral_id, referral.reference, form), form.status
    try:
        if form.reviewed.data:
            service.send(who, referral_id=referral_id, said=form.said(), reviewed=_as_typed(form.reviewed.data))
            flash("Le message part. Vous verrez ici ce qu’il devient.", "success")
            return redirect(url_for("reaching.write", referral_id=referral_id), 303)
        prepared = service.prepare(who, referral_id=referral_id, said=form.said())
    except NotFound:
        raise
    except DomainError as error:
        form.show(error)
        return _page(referral_id, referral.reference, form), 409 if isinstance(error, Conflict) else 422
    return _page(referral_id, referral.reference, form, prepared)


def _page(referral_id: UUID, reference: str, form: PersonMessageForm, prepared: Prepared | None = None) -> str:
    return render_template(
        "referrals/reaching/write.html",
        form=form,
        referral_id=referral_id,
        reference=reference,
        prepared=prepared,
        safe=safe_words(prepared.safe) if prepared else None,
        minutes=int(rules.GOOD_FOR.total_seconds() // 60),
        messages=[_line(line) for line in queries.messages(session(), actor(), referral_id)],
    )


def _line(line: queries.MessageLine) -> dict[str, object]:
    became, tone = rules.BECAME[line.result], TONES[line.result]
    way = label(ContactChannel(line.channel))
    return {
        "what": f"{way}, {line.author}",
        "when": moment(line.at),
        "iso": line.at.isoformat(),
        "became": became[0].upper() + became[1:],
        "tone": tone,
    }


def _as_typed(text: str) -> str:
    """Browsers send line breaks back in their own way."""
    return text.replace("\r\n", "\n")
