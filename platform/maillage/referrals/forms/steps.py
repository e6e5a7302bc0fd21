"""The four steps that prepare an orientation: need, person, partners, check."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import phonenumbers
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from maillage.directory import place_words
from maillage.directory.queries import ReferableService
from maillage.kernel import clock
from maillage.referrals.checks import PAST
from maillage.referrals.codes import (
    LABELS,
    AgeBand,
    ContactChannel,
    HouseholdType,
    Mode,
    Route,
    SharingLevel,
    Urgency,
)
from maillage.referrals.consent.forms import GroundForm
from maillage.referrals.content import Person, Plan, SafeContact, StepInput
from maillage.referrals.forms.asking import answer_fields
from maillage.referrals.forms.fields import Boxes, Choice, Day, VersionedForm
from maillage.referrals.queries import SituationView
from maillage.web.authz import actor
from maillage.web.forms import at_most, choices, required
from maillage_search.places import Place, load_places
from maillage_search.taxonomy import load_taxonomy

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_YES, _NEVER = "yes", "never"
_NO_COMMUNE = "Cette commune n’est pas connue : vérifiez l’orthographe, ou indiquez le code postal."


class StepForm(VersionedForm):
    """One step. Leaving for later keeps whatever is right, complete or not."""

    later = HiddenField()

    @property
    def for_later(self) -> bool:
        return bool(self.later.data)

    def submitted(self) -> bool:
        done = super().submitted()
        if done or not self.for_later or self.csrf_refused:
            return done
        return not any(field.errors and field.data not in (None, "", []) for field in self)

    @property
    def csrf_refused(self) -> bool:
        return "csrf_token" in self.errors


class NeedForm(StepForm):
    route = Choice("Où en est le ménage ?", [required("Choisissez l’une des deux situations.")])
    themes = Boxes("De quoi s’agit-il ?", [required("Choisissez au moins un besoin.")])
    commune = StringField("Commune", [required("Indiquez une commune ou un code postal."), at_most(100)])
    age_band = SelectField("Âge de la personne", [required("Indiquez une tranche d’âge.")])
    household = SelectField("Ménage", [required("Indiquez le type de ménage.")])
    asked = StringField("Ce que vous demandez, en une phrase", [required("Dites ce que vous demandez."), at_most(200)])
    need = TextAreaField("Le besoin, avec vos mots", [required("Décrivez le besoin."), at_most(4000)])
    urgency = Choice("Est-ce urgent ?", [required("Dites si c’est urgent.")])

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        self.place: Place | None = None
        self.route.choices = choices(LABELS[Route])
        self.age_band.choices = choices(LABELS[AgeBand], empty="Choisir…")
        self.household.choices = choices(LABELS[HouseholdType], empty="Choisir…")
        self.urgency.choices = choices(LABELS[Urgency])
        self.themes.choices = choices({term.code: term.label() for term in load_taxonomy().themes})

    @classmethod
    def of(cls, view: SituationView, country: str) -> "NeedForm":
        place = load_places().get("commune", view.commune_code) if view.commune_code else None
        form = cls(
            country=country,
            data={
                "route": view.route,
                "themes": list(view.themes),
                "commune": place_words.label(place) if place else "",
                "age_band": view.age_band or "",
                "household": view.household or "",
                "asked": view.content.asked,
                "need": view.content.need,
                "urgency": view.content.plan.urgency,
                "version": view.version,
            },
        )
        form.place = place
        return form

    def validate_commune(self, field: StringField) -> None:
        """A name typed again leads to the commune known so far, whatever its homonyms."""
        if self.place is None or field.data != place_words.label(self.place):
            self.place = _typed_commune(field.data, self.country)

    def given(self, plan: Plan) -> StepInput:
        return StepInput(
            route=Route(self.route.data) if self.route.data else None,
            themes=tuple(self.themes.data or ()),
            commune=self.place.code if self.place and self.commune.data else "",
            age_band=AgeBand(self.age_band.data) if self.age_band.data else None,
            household=HouseholdType(self.household.data) if self.household.data else None,
            asked=self.asked.data or "",
            need=self.need.data or "",
            plan=plan.model_copy(update={"urgency": Urgency(self.urgency.data or Urgency.NORMAL)}),
        )


class PersonForm(StepForm):
    first_name = StringField("Prénom", [required("Indiquez au moins un prénom."), at_most(200)])
    last_name = StringField("Nom", [at_most(200)])
    birth_date = Day("Date de naissance")
    phone = StringField("Téléphone", [at_most(40)])
    email = StringField("Adresse e-mail", [at_most(200)])
    address = StringField("Adresse", [at_most(200)])
    allowed = Choice(
        "Un partenaire peut-il contacter la personne directement ?", [required("Dites si l’on peut la contacter.")]
    )
    channels = Boxes("Par quel moyen ?")
    hours = StringField("À quels moments ?", [at_most(200)])
    words = StringField("Comment se présenter ?", [at_most(200)])

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        self.allowed.choices = choices({_YES: "Oui", _NEVER: "Non, jamais : tout passe par moi"})
        self.channels.choices = choices(LABELS[ContactChannel])

    @classmethod
    def of(cls, view: SituationView, country: str) -> "PersonForm":
        person, safe = view.content.person, view.content.safe_contact
        known = bool(person.first_name)
        return cls(
            country=country,
            data={
                **person.model_dump(),
                **safe.model_dump(include={"hours", "words"}),
                "phone": _national(person.phone, country),
                "allowed": (_YES if safe.allowed else _NEVER) if known else None,
                "channels": [str(channel) for channel in safe.channels],
                "version": view.version,
            },
        )

    def validate_phone(self, field: StringField) -> None:
        if field.data and _phone(field.data, self.country) is None:
            raise ValidationError("Ce numéro semble incomplet. Exemple : 06 12 34 56 78.")
        if not field.data and self.allowed.data == _YES and {"phone", "sms"} & set(self.channels.data or ()):
            raise ValidationError("Indiquez le numéro à appeler, ou choisissez un autre moyen.")

    def validate_email(self, field: StringField) -> None:
        if field.data and not _MAIL.fullmatch(field.data):
            raise ValidationError("Cette adresse semble incomplète. Exemple : prenom@exemple.fr.")
        if not field.data and self.allowed.data == _YES and "email" in (self.channels.data or ()):
            raise ValidationError("Indiquez l’adresse e-mail, ou choisissez un autre moyen.")

    def validate_channels(self, field: Boxes) -> None:
        if self.allowed.data == _YES and not field.data:
            raise ValidationError("Choisissez au moins un moyen de la joindre.")

    def given(self) -> StepInput:
        allowed = self.allowed.data != _NEVER
        channels = tuple(ContactChannel(code) for code in self.channels.data or ()) if allowed else ()
        return StepInput(
            person=Person(
                first_name=self.first_name.data or "",
                last_name=self.last_name.data or "",
                birth_date=self.birth_date.data,
                phone=_phone(self.phone.data or "", self.country) or "",
                email=self.email.data or "",
                address=self.address.data or "",
            ),
            safe_contact=SafeContact(
                allowed=allowed, channels=channels, hours=self.hours.data or "", words=self.words.data or ""
            ),
        )


class PartnersForm(StepForm):
    service_ids = Boxes("Partenaires")
    q = StringField("Chercher un autre partenaire", [Optional(), at_most(300)])
    mode = Choice("Si plusieurs partenaires la reçoivent", [required("Choisissez comment ils interviennent.")])
    sharing_level = Choice(
        "Ce que le partenaire lira après avoir accepté", [required("Choisissez ce que vous partagez.")]
    )
    deadline = Day("Réponse souhaitée au plus tard le")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.service_ids.choices = []
        self.mode.choices = choices(LABELS[Mode])
        self.sharing_level.choices = choices(LABELS[SharingLevel])

    @classmethod
    def of(cls, view: SituationView) -> "PartnersForm":
        plan = view.content.plan
        return cls(
            data={
                "service_ids": [str(service_id) for service_id in plan.service_ids],
                "mode": plan.mode,
                "sharing_level": plan.sharing_level,
                "deadline": plan.deadline,
                "version": view.version,
            }
        )

    def validate_service_ids(self, field: Boxes) -> None:
        if not self.chosen():
            raise ValidationError("Choisissez au moins un partenaire.")

    def validate_deadline(self, field: Day) -> None:
        if field.data is not None and field.data < clock.today(actor().country):
            raise ValidationError(PAST)

    def chosen(self) -> tuple[UUID, ...]:
        """What is ticked, as far as it can be an id."""
        found = []
        for text in self.service_ids.data or ():
            try:
                found.append(UUID(text))
            except ValueError:
                continue
        return tuple(dict.fromkeys(found))

    def plan(self, before: Plan) -> Plan:
        return Plan(
            service_ids=self.chosen(),
            mode=Mode(self.mode.data or Mode.EACH_MAY_ACT),
            sharing_level=SharingLevel(self.sharing_level.data) if self.sharing_level.data else None,
            urgency=before.urgency,
            deadline=self.deadline.data,
        )


class VerifyForm(GroundForm):
    """The frame, and what each service asks for. `promised`: to whom the page said that it goes between vaults."""

    promised = HiddenField()


def verify_form(services: Iterable[ReferableService], **options: Any) -> VerifyForm:
    """The last look, with what each service asks for."""
    made: VerifyForm = type("AnsweredForm", (VerifyForm,), answer_fields(services))(**options)
    return made


def _typed_commune(text: str, country: str) -> Place:
    """The commune of a field of names and postcodes. Raises ValidationError with what would settle it."""
    match = place_words.read(text, country)
    place = match.place if match else None
    if place is not None and place.kind == "commune":
        return place
    alike = load_places().by_postcode(place.code) if place is not None and place.kind == "postcode" else []
    if len(alike) == 1:
        return alike[0]
    others = alike or [other for other in (match.alternatives if match else ()) if other.kind == "commune"]
    names = ", ".join(place_words.label(other) for other in others[:6])
    raise ValidationError(f"Précisez la commune : {names}." if names else _NO_COMMUNE)


def _phone(text: str, country: str) -> str | None:
    """The number in its international form; None when it cannot be one."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _national(number: str, country: str) -> str:
    try:
        found = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    home = found.country_code == phonenumbers.country_code_for_region(country)
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(found, style)
