"""Forms of meetings. Those with a line for each date, point or person are made for the meeting that they are about."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from wtforms import EmailField, Field, FieldList, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from maillage.network.meetings.codes import ENDINGS, PRESENCES, SAID, VOTES, ActionState, Presence, Said, Vote
from maillage.network.meetings.policy import GUEST_ADDRESS_KEPT, MOST_DATES
from maillage.network.meetings.polls import Tally
from maillage.network.meetings.queries import Point, Seat
from maillage.network.meetings.service import Plan
from maillage.network.meetings.service.agenda import Place
from maillage.referrals.forms.fields import Choice, Day, Moment, VersionedForm
from maillage.web.forms import Form, at_most, choices, required, whole_number
from maillage.web.templating import moment

F = TypeVar("F", bound=Form)
BLANK_DATES = 4
DURATIONS = {
    "60": "1 h",
    "90": "1 h 30",
    "120": "2 h",
    "150": "2 h 30",
    "180": "3 h",
    "240": "4 h",
    "420": "La journée",
}
LASTS = {"5": "5 min", "10": "10 min", "15": "15 min", "20": "20 min", "30": "30 min", "45": "45 min", "60": "1 h"}
_WORD = "Un mot"


def _page_address(_form: Form, field: Field) -> None:
    parts = urlsplit(field.data or "") if "[" not in (field.data or "") else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or any(one.isspace() for one in field.data):
        raise ValidationError("Collez l’adresse entière de la salle : elle commence par https://.")


def _numbered(_form: Form, field: Field) -> None:
    if not whole_number(field.data):
        raise ValidationError("Indiquez un nombre, ou rien pour laisser ce point de côté.")


class PlanForm(VersionedForm):
    title = StringField("Objet de la réunion", [required("Dites de quelle réunion il s’agit."), at_most(120)])
    minutes_long = SelectField("Durée", choices=choices(DURATIONS), default="120")
    place = StringField("Lieu", [at_most(200)], description="Salle et adresse. Vide si la réunion est à distance.")
    room_url = StringField(
        "Lien de la salle à distance",
        [Optional(), at_most(500), _page_address],
        description="Montré aux membres et aux invités seulement.",
    )

    def plan(self) -> Plan:
        return Plan(self.title.data, self.place.data or "", self.room_url.data or "", int(self.minutes_long.data))


class DatesForm(Form):
    dates = FieldList(Moment("Date", [Optional()]), min_entries=BLANK_DATES, max_entries=MOST_DATES)

    def chosen(self) -> list[datetime]:
        return [at for at in self.dates.data if at is not None]


class CallForm(PlanForm, DatesForm):
    answer_by = Day("Répondre avant le", description="Utile avec plusieurs dates. Un rappel part deux jours avant.")


class MoveForm(VersionedForm):
    at = Moment("Nouvelle date", [InputRequired("Indiquez la nouvelle date.")])
    reason = StringField(f"{_WORD} d’explication", [at_most(300)])


class CancelForm(Form):
    reason = StringField(f"{_WORD} d’explication", [required("Dites pourquoi, en un mot."), at_most(300)])


class AnswerForm(Form):
    said = Choice("Serez-vous là ?", [required("Dites si vous venez.")], choices=choices(SAID))
    stand_in = StringField("Qui vient à votre place ?", [at_most(120)], description="Si quelqu’un vous représente.")

    def answer(self) -> Said:
        return Said(self.said.data or "")


class ItemForm(Form):
    title = StringField("Point à aborder", [required("Écrivez le point à aborder."), at_most(160)])
    lasts = SelectField("Durée souhaitée", choices=choices(LASTS, empty="Sans durée"))

    def minutes(self) -> int | None:
        return whole_number(self.lasts.data)


class GuestForm(Form):
    name = StringField("Prénom et nom", [required("Indiquez un prénom et un nom."), at_most(120)])
    body = StringField("Organisation", [at_most(160)])
    email = EmailField(
        "Adresse e-mail",
        [required("Indiquez une adresse e-mail."), at_most(254)],
        description=f"L’invitation y part tout de suite. L’adresse est effacée {GUEST_ADDRESS_KEPT.days} jours après.",
    )


class DecisionForm(Form):
    text = TextAreaField("Décision", [required("Écrivez ce qui a été décidé."), at_most(500)])


class ActionForm(Form):
    what = StringField("Action", [required("Écrivez ce qui est à faire."), at_most(300)])
    owner_id = Choice("Qui s’en charge ?", [required("Choisissez une personne.")])
    due_on = Day("Pour quand ?", [InputRequired("Indiquez pour quand.")])


class CloseForm(Form):
    state = Choice("Où en est-elle ?", [required("Dites si c’est fait, ou si on y renonce.")], choices=choices(ENDINGS))
    word = StringField(
        "Un mot pour le groupe", [at_most(300)], description="Ce qui a été fait, ou pourquoi on y renonce."
    )

    def ending(self) -> ActionState:
        return ActionState(self.state.data or "")

    def validate_word(self, field: Field) -> None:
        if self.state.data == ActionState.DROPPED and not field.data:
            raise ValidationError("Dites en un mot pourquoi on y renonce.")


class VoteForm(Form):
    def answers(self, dates: Iterable[Tally]) -> dict[UUID, Vote]:
        return {it.date_id: Vote(self[_name("date", it.date_id)].data) for it in dates}


class ChooseForm(Form):
    date_id = Choice("Quelle date retenez-vous ?")

    def chosen(self) -> UUID | None:
        return UUID(self.date_id.data) if self.date_id.data else None


class OrderForm(Form):
    def places(self, points: Iterable[Point]) -> list[Place]:
        return [
            Place(
                it.id,
                whole_number(self[_name("position", it.id)].data),
                whole_number(self[_name("lasts", it.id)].data),
            )
            for it in points
        ]


class PresenceForm(Form):
    def found(self, seats: Iterable[Seat]) -> dict[UUID, tuple[Presence, str]]:
        return {
            it.id: (Presence(self[_name("presence", it.id)].data), self[_name("stand_in", it.id)].data or "")
            for it in seats
        }


class MinutesForm(VersionedForm):
    summary = TextAreaField(
        "En bref", [at_most(4000)], description="Ce qu’il faut retenir, hors des points ci-dessous."
    )

    def notes(self, points: Iterable[Point]) -> dict[UUID, str]:
        return {it.id: self[_name("notes", it.id)].data or "" for it in points}


def vote_form(dates: Sequence[Tally], mine: Mapping[UUID, str]) -> VoteForm:
    """One question a date."""
    wanted = [required("Répondez aussi pour cette date.")]
    fields = {_name("date", it.date_id): Choice(moment(it.starts_at), wanted, choices=choices(VOTES)) for it in dates}
    return _made(VoteForm, fields, {_name("date", date_id): said for date_id, said in mine.items()})


def choose_form(dates: Sequence[Tally], best: frozenset[UUID]) -> ChooseForm:
    """The date that comes first is chosen beforehand; level ones are not: that is for the lead to say."""
    first = str(next(iter(best))) if len(best) == 1 else None
    form = ChooseForm(data={"date_id": first})
    form.date_id.choices = choices({str(it.date_id): moment(it.starts_at) for it in dates})
    return form


def order_form(points: Sequence[Point]) -> OrderForm:
    fields: dict[str, Any] = {}
    for it in points:
        fields[_name("position", it.id)] = StringField(f"Place de « {it.title} »", [Optional(), _numbered])
        fields[_name("lasts", it.id)] = SelectField(
            f"Durée de « {it.title} »", choices=choices(LASTS, empty="Sans durée")
        )
    data = {_name("position", it.id): str(it.position or "") for it in points}
    return _made(OrderForm, fields, data | {_name("lasts", it.id): str(it.lasts or "") for it in points})


def presence_form(seats: Sequence[Seat]) -> PresenceForm:
    fields: dict[str, Any] = {}
    for it in seats:
        fields[_name("presence", it.id)] = SelectField(f"Présence de {it.name}", choices=choices(PRESENCES))
        fields[_name("stand_in", it.id)] = StringField(f"Qui représente {it.name}", [at_most(120)])
    data = {_name("presence", it.id): it.likely for it in seats}
    return _made(PresenceForm, fields, data | {_name("stand_in", it.id): it.stand_in for it in seats})


def minutes_form(points: Sequence[Point], summary: str, version: int) -> MinutesForm:
    fields = {_name("notes", it.id): TextAreaField(it.title, [at_most(4000)]) for it in points}
    data = {"summary": summary, "version": version} | {_name("notes", it.id): it.notes for it in points}
    return _made(MinutesForm, fields, data)


def _name(what: str, row_id: UUID) -> str:
    return f"{what}_{row_id.hex}"


def _made(base: type[F], fields: Mapping[str, Any], data: Mapping[str, Any]) -> F:
    made: type[F] = type(base.__name__, (base,), dict(fields))
    return made(data=dict(data))
