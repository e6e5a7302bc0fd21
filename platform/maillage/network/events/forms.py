"""Forms of courses and sessions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from wtforms import FieldList, FormField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import Optional, StopValidation, ValidationError

from maillage.directory.vocabulary import themes
from maillage.kernel import clock
from maillage.network.events.codes import KINDS, MODES, QUESTIONS, SCALE, CourseKind, Mode, Seat
from maillage.network.events.models import Event, TrainingNeed
from maillage.network.events.policy import MOST_DATES, MOST_NEEDS, MOST_PLACES
from maillage.network.events.queries import Hosts, Place
from maillage.network.events.service import CourseContent, Plan
from maillage.network.groups.models import Audience
from maillage.network.wording.forms import WordedForm
from maillage.referrals.forms.fields import Boxes, Choice, Moment, VersionedForm
from maillage.web.authz import actor
from maillage.web.forms import Form, at_most, choices, required, whole_number

COORDINATION = "coordination"
BLANK_DATES = 3
_AUDIENCES: Final[Mapping[str, str]] = {Audience.NETWORK: "Tout le réseau", Audience.GROUP: "Ce groupe seulement"}


class Hosted(WordedForm, VersionedForm):
    """For whom: a group that the actor leads, or the coordination."""

    host = SelectField("Au nom de")
    audience = Choice("Ouvert à", default=Audience.NETWORK, choices=choices(_AUDIENCES))

    def offer(self, hosts: Hosts) -> None:
        above = {COORDINATION: f"{hosts.network.name} (coordination)"} if hosts.coordination else {}
        self.host.choices = choices(above | {str(group_id): name for group_id, name in hosts.groups.items()})

    @property
    def group_id(self) -> UUID | None:
        return None if self.host.data == COORDINATION else UUID(self.host.data)


class CourseForm(Hosted):
    kind = Choice("De quoi s’agit-il ?", default=CourseKind.TRAINING, choices=choices(KINDS))
    title = StringField("Titre", [required("Donnez un titre."), at_most(160)])
    aims = TextAreaField("Objectifs", [at_most(2000)], description="Ce que l’on saura faire en sortant.")
    public = StringField("Pour qui", [at_most(500)])
    programme = TextAreaField("Programme", [at_most(6000)])
    trainer = StringField("Organisme ou intervenants", [at_most(200)])

    def content(self) -> CourseContent:
        return CourseContent(
            kind=self.kind.data or CourseKind.TRAINING,
            title=self.title.data,
            aims=self.aims.data or "",
            public=self.public.data or "",
            programme=self.programme.data or "",
            trainer=self.trainer.data or "",
            audience=self.audience.data or Audience.NETWORK,
            nobody=self.nobody.data,
        )


def _ends_what_begins(form: Form, field: TimeField) -> None:
    """An hour is asked only of a row that was begun."""
    if field.data is not None:
        return
    field.errors = []
    raise StopValidation("Indiquez l’heure de fin, par exemple 16:30." if any(form["start"].raw_data or ()) else "")


class DateRow(Form):
    class Meta(Form.Meta):
        csrf = False

    start = Moment("Début", [Optional()])
    until = TimeField("Fin, le même jour", [_ends_what_begins])

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        start: datetime | None = self.start.data
        until: time | None = self.until.data
        return (start, datetime.combine(start.date(), until, start.tzinfo)) if start and until else None


def _page_address(_form: Form, field: StringField) -> None:
    try:
        parts = urlsplit(field.data or "")
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.netloc or any(one.isspace() for one in field.data):
        raise ValidationError("Collez l’adresse entière de la salle : elle commence par https://.")


_HOW_MANY = f"Indiquez un nombre de places, de 1 à {MOST_PLACES}."


def _a_number(_form: Form, field: StringField) -> None:
    if whole_number(field.data) is None:
        raise ValidationError(_HOW_MANY)


class SessionForm(Hosted):
    dates = FieldList(FormField(DateRow), min_entries=BLANK_DATES, max_entries=MOST_DATES)
    mode = Choice("Comment", default=Mode.IN_PERSON, choices=choices(MODES))
    place = StringField("Lieu", [at_most(200)], description="Salle et adresse. Vide si tout se passe à distance.")
    room_url = StringField(
        "Lien de la salle à distance",
        [Optional(), at_most(500), _page_address],
        description="Montré à ceux qui ont une place, et à eux seuls.",
    )
    places = StringField(
        "Nombre de places",
        [required(_HOW_MANY), _a_number],
        description="Au-delà, les inscriptions vont sur une liste d’attente, dans leur ordre.",
    )
    note = TextAreaField("À savoir", [at_most(1000)], description="Accès, repas, ce qu’il faut apporter.")

    def content(self, audience: str = "") -> Plan:
        """`audience`: where it is settled already, and not asked."""
        return Plan(
            mode=self.mode.data or Mode.IN_PERSON,
            place=self.place.data or "",
            room_url=self.room_url.data or "",
            note=self.note.data or "",
            places=int(self.places.data),
            spans=tuple(sorted(row.span for row in self.dates if row.span is not None)),
            audience=audience or self.audience.data or Audience.NETWORK,
            nobody=self.nobody.data,
        )


def shown(event: Event) -> dict[str, Any]:
    """What the form of a session begins with."""
    zone = clock.ZONES.get(actor().country, clock.ZONES["FR"])
    rows = [{"start": start, "until": end.astimezone(zone).time()} for start, end in event.spans]
    return {
        "dates": rows, "mode": event.mode, "place": event.place, "room_url": event.room_url, "note": event.note,
        "places": str(event.places), "version": event.version, "audience": event.audience,
    }  # fmt: skip


class ReasonForm(WordedForm):
    reason = StringField("Un mot d’explication", [at_most(300)], description="Lu par ceux qui s’étaient inscrits.")


class PresenceForm(Form):
    present = Boxes("Étaient là")

    def offer(self, roll: Sequence[Place]) -> None:
        seated = [one for one in roll if one.state == Seat.SEATED]
        self.present.choices = choices({str(one.id): f"{one.name}, {one.org_name}" for one in seated})
        if not self.is_submitted():
            self.present.data = [str(one.id) for one in seated if one.attended is not False]

    @property
    def chosen(self) -> set[UUID]:
        return {UUID(one) for one in self.present.data or ()}


class RatingForm(Form):
    """Made by `rating_form`, with one field for each question."""

    def answers(self) -> dict[str, str]:
        return {question: self[question].data for question in QUESTIONS}


def rating_form() -> RatingForm:
    asked = {
        question: Choice(words, [required("Choisissez une réponse.")], choices=choices(SCALE))
        for question, words in QUESTIONS.items()
    }
    made: type[RatingForm] = type("RatingOfSession", (RatingForm,), asked)
    return made()


class NeedsForm(WordedForm):
    """Themes to tick, and a word about all of them."""

    group = SelectField("Comme membre de")
    themes = Boxes("Thèmes", description=f"{MOST_NEEDS} au plus : ceux qui vous manquent le plus.")
    words = StringField(
        "Précision", [at_most(160)], description="Sans nommer personne : « animer un entretien difficile »."
    )

    def offer(self, groups: Mapping[UUID, str], own: Iterable[TrainingNeed]) -> None:
        self.group.choices = choices({str(group_id): name for group_id, name in groups.items()})
        self.themes.choices = choices({term.code: term.label() for term in themes().top_level()})
        if not self.is_submitted():
            said = list(own)
            self.themes.data = [one.theme for one in said]
            self.words.data = next((one.words for one in said if one.words), "")
            self.group.data = next((str(one.host_id) for one in said), None)

    def needs(self) -> dict[str, str]:
        return dict.fromkeys(self.themes.data or (), self.words.data or "")
