"""HTML forms of the directory."""

from collections.abc import Iterable, Mapping
from typing import Any

import wtforms
from pydantic import ValidationError
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange, Optional
from wtforms.validators import ValidationError as Wrong
from wtforms.widgets import CheckboxInput, ListWidget

from maillage.directory import hours, territories
from maillage.directory.content import LocationContent, ServiceContent, StopContent
from maillage.directory.models import Location, OrganizationProfile, Service
from maillage.directory.service import ProfileContent
from maillage.directory.vocabulary import (
    ADDRESS_VISIBILITIES,
    CATEGORIES,
    FEES,
    LANGUAGES,
    MODES,
    MONTHS,
    OPEN_TO,
    REPORT_KINDS,
    SCALE,
    TYPES,
    publics,
    themes,
)
from maillage.kernel.errors import Invalid
from maillage.web.authz import actor
from maillage.web.forms import Form, at_most, choices, required, strip
from maillage_search.taxonomy import Vocabulary

_UNDER = " › "
_WHICH_COMMUNE = "Indiquez une commune, avec son code postal si plusieurs portent ce nom."
_WHICH_HOURS = "Horaires illisibles. Exemple : lundi au vendredi 9h-12h et 14h-17h."


class Boxes(SelectMultipleField):
    """Several among a few, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Tree(Boxes):
    """Boxes of a vocabulary, the narrower terms folded under the broader one."""

    def grouped(self) -> list[tuple[Field, list[Field]]]:
        """Each top-level option with those under it."""
        groups: list[tuple[Field, list[Field]]] = []
        for option in self:
            if _UNDER in option.label.text:
                groups[-1][1].append(option)
            else:
                groups.append((option, []))
        return groups


class LocationForm(wtforms.Form):
    """One place; without a commune it is empty and left out."""

    kind = SelectField("Type de lieu", choices=choices({"fixed": "Lieu fixe", "itinerant": "Lieu itinérant"}))
    name = StringField("Nom du lieu", [at_most(200)], filters=[strip])
    address = StringField("Adresse", [at_most(250)], filters=[strip])
    commune = StringField("Commune", [at_most(120)], filters=[strip], description="Nom ou code postal.")
    opening_hours = StringField(
        "Horaires", [at_most(500)], filters=[strip], description="Par exemple : lundi au vendredi 9h-12h et 14h-17h."
    )
    stops = TextAreaField(
        "Arrêts d’un lieu itinérant",
        [at_most(5000)],
        filters=[strip],
        description="Un par ligne : lieu | commune | horaires.",
    )

    def validate_commune(self, field: StringField) -> None:
        if field.data and territories.to_commune(field.data, actor().country) is None:
            raise Wrong(_WHICH_COMMUNE)
        if not field.data and any(self[name].data for name in ("name", "address", "opening_hours", "stops")):
            raise Wrong("Indiquez la commune de ce lieu.")

    def validate_opening_hours(self, field: StringField) -> None:
        if field.data and not hours.valid(hours.from_words(field.data)):
            raise Wrong(_WHICH_HOURS)

    def validate_stops(self, field: TextAreaField) -> None:
        for number, line in enumerate(_lines(field.data), start=1):
            try:
                _to_stop(line)
            except ValueError as error:
                raise Wrong(f"Ligne {number} : {error}") from error


_ONE_A_LINE = (
    "Une ligne chacun. Demandé au moment de vous orienter quelqu’un ; terminez par * ce sans quoi vous ne pouvez pas "
    "répondre. Pas d’identité : elle s’ouvre quand vous acceptez."
)


class ServiceForm(Form):
    name = StringField("Nom du service", [required("Donnez un nom au service."), at_most(200)])
    summary = StringField("En une phrase", [at_most(500)], description="Ce qui est proposé, et à qui.")
    description = TextAreaField("Description", [at_most(5000)])
    themes = Tree("Thèmes")
    types = Boxes("Formes d’aide", choices=choices(TYPES))
    scale = SelectField("Rôle de votre organisation", choices=choices(SCALE, empty="Non précisé"))
    bundle = StringField(
        "Bouquet de services", [at_most(80)], description="Le même nom pour chaque service du bouquet."
    )

    publics = Tree("Publics")
    open_to = RadioField("Accès", choices=choices(OPEN_TO), default="all")
    conditions = TextAreaField("Conditions", [at_most(5000)])
    fee = SelectField("Frais", choices=choices(FEES, empty="Non précisé"))
    fee_note = StringField("Précision sur les frais", [at_most(500)])
    languages = Boxes("Langues parlées", choices=choices(LANGUAGES))
    documents_needed = TextAreaField("Documents à préparer", [at_most(5000)], description=_ONE_A_LINE)
    questions = TextAreaField("Questions à poser avant d’orienter", [at_most(5000)], description=_ONE_A_LINE)

    modes = Boxes("Où se passe l’aide", choices=choices(MODES))
    locations = FieldList(FormField(LocationForm), min_entries=1, max_entries=20)
    areas = TextAreaField(
        "Territoires desservis", [at_most(2000)], description="Un par ligne : commune, département, province…"
    )
    season = Boxes("Mois d’ouverture", choices=choices(MONTHS), description="Rien de coché : toute l’année.")

    how_to_reach = TextAreaField("Comment vous joindre", [at_most(5000)])
    phone = StringField("Téléphone", [at_most(40)])
    email = StringField("E-mail", [at_most(254)])
    url = StringField("Site web", [at_most(500)])
    delay_days = IntegerField(
        "Délai de réponse habituel, en jours",
        [Optional(), NumberRange(0, 365, message="Indiquez un nombre de jours entre 0 et 365.")],
    )
    accepts_referrals = BooleanField("Ce service reçoit des orientations par Maillage", default=True)

    address_visibility = RadioField(
        "Qui voit l’adresse", [required("Choisissez qui voit l’adresse.")], choices=choices(ADDRESS_VISIBILITIES)
    )
    professional_note = TextAreaField("Mot pour les professionnels", [at_most(5000)])
    edition = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.themes.choices = choices(_tree(themes()))
        self.publics.choices = choices(_tree(publics()))

    def validate_themes(self, field: Tree) -> None:
        if not field.data:
            raise Wrong("Choisissez au moins un thème.")

    def validate_areas(self, field: TextAreaField) -> None:
        for line in _lines(field.data):
            if territories.to_token(line, actor().country) is None:
                raise Wrong(f"« {line} » : territoire inconnu, ou plusieurs portent ce nom.")

    def content(self, earlier: Service | None = None) -> ServiceContent:
        """What was typed, as content. Raises Invalid. An address left as it was keeps its exact point."""
        country = actor().country
        values = {name: self[name].data or "" for name in _TEXTS} | {name: self[name].data or [] for name in _SEVERAL}
        values |= {"delay_days": self.delay_days.data, "accepts_referrals": self.accepts_referrals.data}
        tokens = [territories.to_token(line, country) for line in _lines(self.areas.data)]
        places = [_to_location(entry.form, earlier) for entry in self.locations if entry.form.commune.data]
        content: ServiceContent = _valid(ServiceContent, values | {"areas": tokens, "locations": places})
        return content

    @classmethod
    def of(cls, service: Service, country: str) -> "ServiceForm":
        """The form filled with what the service says today."""
        values: dict[str, Any] = {name: getattr(service, name) for name in (*_TEXTS, *_SEVERAL)}
        values["season"] = [str(month) for month in service.season]
        values |= {"delay_days": service.delay_days, "accepts_referrals": service.accepts_referrals}
        values["areas"] = "\n".join(territories.to_words(area.token, country) for area in service.areas)
        values["locations"] = [_of_location(place) for place in ServiceContent.of(service).locations]
        return cls(data=values | {"edition": str(service.edition)})


class ProfileForm(Form):
    acronym = StringField("Sigle", [at_most(40)])
    category = SelectField("Catégorie", choices=choices(CATEGORIES, empty="Autre"))
    description = TextAreaField("Présentation", [at_most(5000)])
    phone = StringField("Téléphone", [at_most(40)])
    email = StringField("E-mail", [at_most(254)])
    website = StringField("Site web", [at_most(500)])
    address = StringField("Adresse", [at_most(250)])
    commune = StringField("Commune", [at_most(120)], description="Nom ou code postal.")
    address_visibility = RadioField(
        "Qui voit l’adresse", [required("Choisissez qui voit l’adresse.")], choices=choices(ADDRESS_VISIBILITIES)
    )

    def validate_commune(self, field: StringField) -> None:
        if field.data and territories.to_commune(field.data, actor().country) is None:
            raise Wrong(_WHICH_COMMUNE)

    def content(self, earlier: OrganizationProfile | None) -> ProfileContent:
        """Raises Invalid. The network is not the organisation's to choose here."""
        commune = territories.to_commune(self.commune.data or "", actor().country)
        names = ("acronym", "category", "description", "phone", "email", "website", "address", "address_visibility")
        values: dict[str, Any] = {name: self[name].data or "" for name in names}
        values["commune_code"] = commune.code if commune else ""
        if earlier is not None:
            values["network_org_id"] = earlier.network_org_id
            values["postcode"] = earlier.postcode if earlier.commune_code == values["commune_code"] else ""
        content: ProfileContent = _valid(ProfileContent, values)
        return content

    @classmethod
    def of(cls, profile: OrganizationProfile | None) -> "ProfileForm":
        place = territories.place_of(f"commune:{profile.commune_code}") if profile else None
        return cls(obj=profile, commune=place.name if place else "")


class ReportForm(Form):
    kind = RadioField("Qu’est-ce qui n’est plus exact ?", choices=choices(REPORT_KINDS), validate_choice=False)
    message = TextAreaField(
        "Précisions", [at_most(1000)], description="Ne nommez personne : ce message sera lu par l’organisation."
    )

    def validate_kind(self, field: RadioField) -> None:
        if field.data not in REPORT_KINDS:
            raise Wrong("Choisissez ce qui n’est plus exact.")


class RejectForm(Form):
    reason = TextAreaField("Pourquoi", [required("Dites pourquoi : l’organisation lira ces mots."), at_most(500)])


_SEVERAL = ("themes", "types", "publics", "languages", "modes", "season")
_TEXTS = (
    "name", "summary", "description", "scale", "bundle", "open_to", "conditions", "fee", "fee_note",
    "documents_needed", "questions", "how_to_reach", "phone", "email", "url", "address_visibility", "professional_note",
)  # fmt: skip


def _valid(model: Any, values: Mapping[str, Any]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        fields = {str(found["loc"][0]): str(found.get("ctx", {}).get("error", "Valeur incorrecte."))
                  for found in error.errors()}  # fmt: skip
        raise Invalid(fields=fields) from error


def _to_location(form: LocationForm, earlier: Service | None) -> LocationContent:
    commune = territories.to_commune(form.commune.data, actor().country)
    assert commune is not None
    place: LocationContent = _valid(
        LocationContent,
        {
            "kind": form.kind.data,
            "name": form.name.data or "",
            "address": form.address.data or "",
            "commune_code": commune.code,
            "opening_hours": hours.from_words(form.opening_hours.data or ""),
            "stops": [_to_stop(line) for line in _lines(form.stops.data)],
        },
    )
    for known in earlier.locations if earlier is not None else []:
        if (known.address, known.commune_code) == (place.address, place.commune_code):
            return _with_points(place, known)
    return place


def _with_points(place: LocationContent, known: Location) -> LocationContent:
    """The exact points of a place that did not move: nobody types coordinates."""
    points = {(stop.place, stop.commune_code): {"lat": stop.lat, "lon": stop.lon} for stop in known.stops}
    stops = tuple(stop.model_copy(update=points.get((stop.place, stop.commune_code), {})) for stop in place.stops)
    return place.model_copy(update={"lat": known.lat, "lon": known.lon, "postcode": known.postcode, "stops": stops})


def _of_location(place: LocationContent) -> dict[str, Any]:
    return {
        "kind": place.kind,
        "name": place.name,
        "address": place.address,
        "commune": _commune_words(place.commune_code),
        "opening_hours": hours.to_words(place.opening_hours),
        "stops": "\n".join(
            " | ".join((stop.place, _commune_words(stop.commune_code), hours.to_words(stop.opening_hours)))
            for stop in place.stops
        ),
    }


def _commune_words(code: str) -> str:
    """A name that means this very commune when typed again, else its token."""
    place = territories.place_of(f"commune:{code}")
    if place is None:
        return ""
    again = territories.to_commune(place.name, actor().country)
    return place.name if again and again.code == place.code else f"commune:{place.code}"


def _to_stop(line: str) -> StopContent:
    """Raises ValueError with what to correct."""
    place, commune, times = (part.strip() for part in [*line.split("|"), "", ""][:3])
    found = territories.to_commune(commune, actor().country) if commune else None
    if not place or found is None:
        raise ValueError("écrivez lieu | commune | horaires.")
    if times and not hours.valid(hours.from_words(times)):
        raise ValueError(_WHICH_HOURS)
    return StopContent(place=place, commune_code=found.code, opening_hours=hours.from_words(times))


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _tree(vocabulary: Vocabulary) -> dict[str, str]:
    """Labels of every term, children under their parent."""

    def under(codes: Iterable[str], path: str) -> Iterable[tuple[str, str]]:
        for code in codes:
            label = f"{path}{vocabulary[code].label()}"
            yield code, label
            yield from under(vocabulary.children(code), f"{label}{_UNDER}")

    return dict(under([term.code for term in vocabulary.top_level()], ""))
