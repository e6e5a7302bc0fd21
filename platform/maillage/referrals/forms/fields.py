"""Fields and manners that several of our forms share."""

from datetime import datetime, tzinfo
from typing import Any

from wtforms import DateField, DateTimeLocalField, HiddenField, RadioField, SelectMultipleField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from maillage.kernel import clock
from maillage.kernel.errors import DomainError
from maillage.web.authz import actor
from maillage.web.forms import Form, whole_number


class Boxes(SelectMultipleField):
    """Several among a few, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        if self.choices and not set(self.data or ()) <= {choice.value for choice in self.choices}:
            raise ValidationError("Choisissez parmi les réponses proposées.")


class Choice(RadioField):
    """One among a few. Nothing chosen is None, not a refusal of its own: `required` says what to do."""

    def __init__(self, label: str, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, coerce=str, validate_choice=False, **options)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {choice.value for choice in self.choices}:
            raise ValidationError("Choisissez l’une des réponses proposées.")

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = (valuelist[0] if valuelist else None) or None


class Day(DateField):
    """A day, refused in our own words when it is none."""

    def __init__(self, label: str, validators: Any = (), **options: Any) -> None:
        super().__init__(label, validators or [Optional()], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Indiquez une date, par exemple 31/12/2026.") from None


class Moment(DateTimeLocalField):
    """A day and an hour, by the clocks of the reader's country."""

    data: datetime | None

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Indiquez la date et l’heure, par exemple 31/12/2026 à 14:30.") from None
        if self.data is not None:
            self.data = self.data.replace(tzinfo=_zone())

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return self.data.astimezone(_zone()).strftime("%Y-%m-%dT%H:%M") if self.data else ""


def _zone() -> tzinfo:
    return clock.ZONES.get(actor().country, clock.ZONES["FR"])


class VerbForm(Form):
    """A form whose verb may name fields by their path ("person.phone")."""

    def show(self, error: DomainError) -> None:
        error.fields = {name.rpartition(".")[2]: words for name, words in error.fields.items()}
        super().show(error)


class VersionedForm(VerbForm):
    """A form that says which version of the thing its page was made from."""

    version = HiddenField()

    def known_version(self) -> int | None:
        """As the page sent it back; None when it sent none."""
        return whole_number(next(iter(self.version.raw_data or ()), ""))
