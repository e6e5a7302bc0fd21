"""A record on one sheet of paper, and its short address. Both say what anybody may know, whoever prints."""

from uuid import UUID

import segno
from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.directory import hours
from maillage.directory import queries as directory
from maillage.directory.keeping.short import lengthen, shorten
from maillage.directory.presenters import present
from maillage.directory.views.lines import service_lines
from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.kernel.errors import NotFound
from maillage.web.authz import public

blueprint = Blueprint("sheets", __name__)


@blueprint.get("/services/<uuid:service_id>/fiche")
@public("the sheet holds what the public record holds")
def sheet(service_id: UUID) -> ResponseReturnValue:
    found = directory.visible_service(session(), service_id, None)
    if found is None:
        raise NotFound()
    view = present(found, None, directory.habits(session(), [service_id]).get(service_id))
    address = url_for("sheets.follow", short=shorten(service_id), _external=True)
    return render_template(
        "directory/sheet.html",
        view=view,
        lines=service_lines(view),
        weeks=[hours.usual_week(place.opening_hours, view.organization.country, clock.now()) for place in view.places],
        address=address,
        code=segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2),
        printed_on=clock.today(view.organization.country),
    )


@blueprint.get("/s/<short>")
@public("a short address leads to the public record")
def follow(short: str) -> ResponseReturnValue:
    service_id = lengthen(short)
    if service_id is None or directory.visible_service(session(), service_id, None) is None:
        raise NotFound()
    return redirect(url_for("directory.show_service", service_id=service_id))
