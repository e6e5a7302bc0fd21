"""Documents of a referral: their page, one to take away, one taken back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.referrals import queries as referral_queries
from maillage.referrals.attachments import queries, service
from maillage.referrals.attachments.folder import document_folder
from maillage.referrals.attachments.forms import HINT, DocumentForm
from maillage.referrals.policy import ANSWER, INSIDE, READS, SEND
from maillage.referrals.queries import ReferralView
from maillage.referrals.states import ENDED
from maillage.web import files
from maillage.web.authz import actor, requires

blueprint = Blueprint("documents", __name__, url_prefix="/orientations/<uuid:referral_id>/documents")


@blueprint.url_value_preprocessor
def allow_a_file(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    files.allow_a_file()


@blueprint.route("", methods=["GET", "POST"])
@requires(*READS)
def index(referral_id: UUID) -> ResponseReturnValue:
    view = referral_queries.referral_view(session(), actor(), referral_id)
    form = DocumentForm()
    form.offer(_others(view))
    if form.accepted_by(lambda: _attach(referral_id, form)):
        flash("Le document est joint.", "success")
        return redirect(url_for("documents.index", referral_id=referral_id), 303)
    found = queries.documents(session(), actor(), referral_id)
    page = render_template("referrals/attachments/documents.html", view=view, documents=found, form=form, hint=HINT)
    return page, form.status


@blueprint.get("/<uuid:document_id>")
@requires(*READS)
def download(referral_id: UUID, document_id: UUID) -> ResponseReturnValue:
    found = service.opened(actor(), referral_id=referral_id, document_id=document_id, folder=document_folder())
    about = found.about
    return files.sent_in(found.chunks, media_type=about.media_type, name=found.file_name, size=about.size)


@blueprint.post("/<uuid:document_id>/retirer")
@requires(SEND, ANSWER, INSIDE)
def remove(referral_id: UUID, document_id: UUID) -> ResponseReturnValue:
    service.remove(actor(), referral_id=referral_id, document_id=document_id, folder=document_folder())
    flash("Le document est retiré.", "success")
    return redirect(url_for("documents.index", referral_id=referral_id), 303)


def _attach(referral_id: UUID, form: DocumentForm) -> None:
    upload = files.checked(form.file.data)
    service.attach(actor(), referral_id=referral_id, upload=upload, folder=document_folder(), also=form.chosen_also)


def _others(view: ReferralView) -> dict[str, str]:
    """The other partners of the same sending that still follow it."""
    return {str(it.id): f"{it.org_name}, {it.service_name}" for it in view.siblings if it.state not in ENDED}
