"""Pages of what peers share: the list, one of them, sharing, another version, its file."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel import uploads
from maillage.kernel.db import session
from maillage.kernel.errors import Invalid
from maillage.kernel.ids import parse_id
from maillage.network.groups import queries as groups
from maillage.network.groups.policy import TAKE_PART
from maillage.network.groups.policy import Deed as GroupDeed
from maillage.network.resources import from_question, queries, service
from maillage.network.resources.forms import ResourceForm, group_of, resource_form, sought
from maillage.network.resources.kinds import KINDS, LABELS, LICENCES, Kind, Licence
from maillage.network.resources.policy import Deed
from maillage.network.resources.service import File
from maillage.network.seats import seats
from maillage.network.themes import theme_choices, theme_label
from maillage.web import files
from maillage.web.authz import actor, requires
from maillage.web.paging import encode_cursor, moment_key

blueprint = Blueprint("resources", __name__, url_prefix="/reseau/outils")
FILTERS = ("theme", "nature", "groupe")
MOST_FOUND = 100
PICTURES = ("image/jpeg", "image/png")


@blueprint.url_value_preprocessor
def allow_a_file(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    files.allow_a_file()


@blueprint.route("", methods=["GET", "POST"])
@requires(TAKE_PART)
def index() -> ResponseReturnValue:
    """Words are posted, and never stand in an address: they may be about somebody."""
    asked = sought(request.args, request.form.get("q", ""))
    most = MOST_FOUND if asked.text else queries.PAGE
    page = queries.found(
        session(), seats(session(), actor()), asked, after=moment_key(request.args.get("suite")), most=most
    )
    known: dict[str, Any] = {name: text for name, text in request.args.items() if name in FILTERS}
    following = (
        not asked.text and page.following and encode_cursor(page.following[0].isoformat(), str(page.following[1]))
    )
    return render_template(
        "network/resources/index.html",
        lines=page.lines,
        following=url_for("resources.index", **known, suite=following) if following else None,
        asked=asked,
        kinds=LABELS,
        themes=theme_choices("Tous les thèmes"),
        theme_label=theme_label,
        groups=groups.my_groups(session(), actor()),
    )


@blueprint.route("/nouveau", methods=["GET", "POST"])
@requires(TAKE_PART)
def create() -> ResponseReturnValue:
    """The kind first: it decides what is asked."""
    group_id, kind = group_of(request.args), request.args.get("nature", "")
    if group_id is None or kind not in LABELS:
        mine = groups.my_groups(session(), actor())
        return render_template("network/resources/kind.html", kinds=LABELS, groups=mine, group_id=group_id)
    stands = groups.standing(session(), actor(), group_id, GroupDeed.CONTRIBUTE)
    question_id = parse_id(request.args.get("question", "")) if kind == Kind.EXPERIENCE else None
    begun = from_question.begun(session(), actor(), question_id) if question_id else None
    form, made = resource_form(Kind(kind), begun=begun), list[UUID]()
    if form.accepted_by(
        lambda: made.append(service.share(actor(), group_id=group_id, told=form.told(), file=_file(form)))
    ):
        flash("C’est partagé.", "success")
        return redirect(url_for("resources.show", resource_id=made[0]), 303)
    page = render_template(
        "network/resources/edit.html",
        form=form,
        kind=LABELS[kind],
        group=stands.group,
        resource=None,
        wants_file=KINDS[Kind(kind)].file,
    )
    return page, form.status


@blueprint.get("/<uuid:resource_id>")
@requires(TAKE_PART)
def show(resource_id: UUID) -> ResponseReturnValue:
    view = queries.view(session(), actor(), resource_id)
    row = KINDS[Kind(view.resource.kind)]
    return render_template(
        "network/resources/resource.html",
        view=view,
        kind=row.label,
        parts=[(label, view.resource.parts.get(part, "")) for part, label in row.asks.items()],
        licence=LICENCES[Licence(view.resource.licence)],
        themes=[theme_label(code) for code in view.resource.themes],
        deeds=Deed,
        picture=view.current.media_type in PICTURES,
    )


@blueprint.route("/<uuid:resource_id>/version", methods=["GET", "POST"])
@requires(TAKE_PART)
def revise(resource_id: UUID) -> ResponseReturnValue:
    resource, _ = queries.load(session(), actor(), resource_id, Deed.REVISE)
    form = resource_form(Kind(resource.kind), resource)
    if form.accepted_by(
        lambda: service.revise(
            actor(),
            resource_id=resource_id,
            told=form.told(),
            changed=form.changed.data or "",
            file=_file(form),
            number=form.known_number(),
        )
    ):
        flash("La nouvelle version est publiée.", "success")
        return redirect(url_for("resources.show", resource_id=resource_id), 303)
    page = render_template(
        "network/resources/edit.html",
        form=form,
        kind=LABELS[resource.kind],
        group=None,
        resource=resource,
        wants_file=False,
    )
    return page, form.status


@blueprint.get("/<uuid:resource_id>/fichier/<int:number>")
@requires(TAKE_PART)
def download(resource_id: UUID, number: int) -> ResponseReturnValue:
    """A picture is also shown in its page, which asks for it so."""
    version, data = queries.file_of(session(), actor(), resource_id, number)
    assert version.media_type is not None and version.file_name is not None, "what has a file says which"
    inline = "apercu" in request.args and version.media_type in PICTURES
    return files.sent_in(data, media_type=version.media_type, name=version.file_name, inline=inline)


@blueprint.post("/<uuid:resource_id>/utiliser")
@requires(TAKE_PART)
def use(resource_id: UUID) -> ResponseReturnValue:
    service.use(actor(), resource_id=resource_id, used=request.form.get("used") == "yes")
    return redirect(url_for("resources.show", resource_id=resource_id), 303)


@blueprint.route("/<uuid:resource_id>/retirer", methods=["GET", "POST"])
@requires(TAKE_PART)
def withdraw(resource_id: UUID) -> ResponseReturnValue:
    resource, _ = queries.load(session(), actor(), resource_id, Deed.WITHDRAW)
    if request.method == "POST":
        service.withdraw(actor(), resource_id=resource_id)
        flash("L’outil est retiré.", "success")
        return redirect(url_for("resources.index"), 303)
    return render_template("network/resources/withdraw.html", resource=resource)


def _file(form: ResourceForm) -> File | None:
    """The file that was sent, checked and cleaned; a refusal goes beside it. Raises Invalid, Unavailable."""
    sent = form.sent
    if sent is None:
        return None
    try:
        upload = files.checked(sent)
    except Invalid as error:
        raise Invalid(fields={"file": error.message}) from None
    return File(upload, uploads.first_words(upload))
