"""A situation, for the organisation that wrote it down."""

from typing import Any
from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.referrals import proposals, queries
from maillage.referrals.codes import ContactChannel, label
from maillage.referrals.content import Identity, Person, SafeContact
from maillage.referrals.household import queries as household
from maillage.referrals.household.service import note_read
from maillage.referrals.policy import READS, SEND
from maillage.referrals.queries import SituationView
from maillage.referrals.states import ENDED
from maillage.referrals.views import words
from maillage.referrals.views.blueprint import blueprint
from maillage.referrals.views.lines import sent_line
from maillage.web.authz import actor, requires
from maillage.web.templating import day, phone
from maillage_search.understanding import to_params

Row = dict[str, Any]


@blueprint.get("/situations/<uuid:situation_id>")
@requires(*READS)
def situation(situation_id: UUID) -> ResponseReturnValue:
    note_read(actor(), situation_id=situation_id)
    view = queries.situation_view(session(), actor(), situation_id)
    return render_template(
        "referrals/situation.html",
        view=view,
        sent=[sent_line(line) for line in view.sent],
        prepared=[sent_line(line) for line in view.prepared],
        opening=_opening(view),
        next_step=household.next_step(session(), view.id),
        need=_need_rows(view),
        safe=safe_words(view.content.safe_contact),
        identity=[
            *person_rows(view.content.person, view.content.safe_contact),
            {"term": "Besoin", "value": view.content.need},
        ],
        may_refer=actor().can(SEND) and actor().org_vetted and view.outreach_until is None,
    )


def _opening(view: SituationView) -> str:
    """Where the situation stands, in one sentence."""
    if view.outreach_until is not None:
        return f"Cette personne n’a encore rien accepté. Sans son accord, tout s’efface le {day(view.outreach_until)}."
    if not view.sent:
        return "Brouillon : aucun partenaire n’a rien reçu."
    still_open = sum(1 for line in view.sent if line.state not in ENDED)
    if not still_open:
        return "Toutes les orientations sont closes."
    if still_open == 1:
        return "Une orientation est en cours."
    return f"{still_open} orientations sont en cours."


def _need_rows(view: SituationView) -> list[Row]:
    household = [label(code) for code in (view.household, view.age_band) if code is not None]
    rows = [
        {"term": "Besoin", "value": ", ".join(words.theme_labels(view.themes))},
        {"term": "Ce qui est demandé", "value": view.content.asked},
        {"term": "Commune", "value": words.commune_name(view.commune_code)},
        {"term": "Ménage", "value": ", ".join(household)},
        {"term": "Cadre", "value": label(view.route) if view.route else ""},
    ]
    return [row for row in rows if row["value"]]


def person_rows(person: Person, safe: SafeContact) -> list[Row]:
    """Who the person is; a way of contact is a link only where it is safe."""
    calls, writes = safe.opens(ContactChannel.PHONE), safe.opens(ContactChannel.EMAIL)
    texts = safe.opens(ContactChannel.SMS) and not calls
    way = "tel" if calls else "sms" if texts else ""
    name = f"{person.first_name} {person.last_name}".strip()
    return [
        {"term": "Nom", "value": name},
        {"term": "Date de naissance", "value": f"{day(person.birth_date)}" if person.birth_date else ""},
        {
            "term": "Téléphone",
            "value": phone(person.phone),
            "link": f"{way}:{person.phone.replace(' ', '')}" if way and person.phone else None,
        },
        {
            "term": "Adresse e-mail",
            "value": person.email,
            "link": f"mailto:{person.email}" if writes and person.email else None,
        },
        {"term": "Adresse", "value": person.address},
    ]


def safe_words(safe: SafeContact) -> Row:
    """How to reach the person without danger: read before anything that tells who and where they are."""
    if not safe.allowed:
        return {
            "title": "Ne contactez jamais cette personne directement",
            "lines": ["Passez toujours par qui vous l’adresse."],
            "tone": "danger",
        }
    ways = ", ".join(label(channel).lower() for channel in safe.channels).replace("sms", "SMS")
    at_home = {ContactChannel.POST, ContactChannel.VISIT}
    lines = [
        f"Moments sûrs : {safe.hours}" if safe.hours else "",
        f"Se présenter ainsi : {safe.words}" if safe.words else "",
        "N’écrivez pas chez elle et ne vous y rendez pas." if ways and at_home.isdisjoint(safe.channels) else "",
    ]
    title = f"Seulement par : {ways}" if ways else "Aucune précaution signalée"
    return {"title": title, "lines": [line for line in lines if line], "tone": "warning" if ways else "info"}


def identity_rows(shared: Identity) -> list[Row]:
    """What a receiver reads after acceptance: only what is shared, nothing said of the rest."""
    rows = [*person_rows(shared.person, shared.safe_contact), {"term": "Besoin", "value": shared.need}]
    return [row for row in rows if row["value"]]


def search_href(themes: tuple[str, ...], place: str) -> str:
    """Other partners for the same needs and place: an address made of codes."""
    values: dict[str, list[str]] = {}
    for name, value in to_params(proposals.about(themes, place)):
        values.setdefault(name, []).append(value)
    return url_for("search.results", **values)  # type: ignore[arg-type]  # url_for repeats lists
