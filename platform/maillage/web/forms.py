"""Base of every HTML form: CSRF, French messages, trimmed input."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, FormField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, StopValidation, ValidationError

from maillage.kernel.errors import DomainError, Invalid, NotFound, Unavailable, VaultShut


def strip(value: Any) -> Any:
    """Without the spaces around it, nor the NUL that no keyboard types and PostgreSQL refuses."""
    return value.replace("\0", "").strip() if isinstance(value, str) else value


def whole_number(text: str | None) -> int | None:
    """The number that a page sent back; None for anything else, and for what no database counts up to."""
    return int(text) if text and len(text) < 10 and text.isascii() and text.isdecimal() else None


class Form(FlaskForm):
    """A form that keeps what was typed and says what to do, in French."""

    form_errors: list[str]
    refusal = Invalid.status

    class Meta(FlaskForm.Meta):
        locales = ("fr",)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """The words of a posted form: a file or a JSON body sent where words are expected is nothing typed."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            return request.form if request.method == "POST" else None

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            if issubclass(unbound_field.field_class, (FieldList, FormField)):  # they take no filter: their rows do
                return unbound_field.bind(form=form, **options)
            as_typed = getattr(unbound_field.field_class, "as_typed", False)
            filters = [*unbound_field.kwargs.pop("filters", []), *([] if as_typed else [strip])]
            return unbound_field.bind(form=form, filters=filters, **options)

    def submitted(self) -> bool:
        """Whether this request posts the form and every field is right."""
        return bool(request.method == "POST" and self.validate())

    def accepted_by(self, verb: Callable[[], object]) -> bool:
        """Whether this request posts the form, every field is right and the verb did it; its refusal is shown."""
        if not self.submitted():
            return False
        try:
            verb()
        except NotFound:
            raise
        except DomainError as error:
            self.show(error)
            return False
        return True

    def show(self, error: DomainError) -> None:
        """Put a verb's refusal beside its fields, and above the form what belongs to none of them. What was typed
        stays, also where the refusal is that a part of the platform is away. A shut vault has a page of its own, which
        holds what was typed."""
        if isinstance(error, VaultShut):
            raise error
        if error.status == Unavailable.status:
            self.refusal = error.status
        for name, message in error.fields.items():
            if name in self:
                self[name].errors = [*self[name].errors, message]
            else:
                self.form_errors.append(message)
        if not error.fields:
            self.form_errors.append(error.message)

    @property
    def status(self) -> int:
        return self.refusal if self.errors else 200


def required(message: str) -> DataRequired:
    return DataRequired(message=message)


class AtMost(Length):
    """What is too long is not looked at any further: reading it for a place or a date would take minutes."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            super().__call__(form, field)
        except ValidationError as error:
            raise StopValidation(str(error)) from None


def at_most(size: int) -> AtMost:
    return AtMost(max=size, message=f"{size} caractères au plus.")


def choices(labels: Mapping[str, str], *, empty: str | None = None) -> list[SelectChoice]:
    """Options of a select from a table of labels, with an optional empty first one."""
    first = [SelectChoice("", empty)] if empty is not None else []
    return first + [SelectChoice(value, label) for value, label in labels.items()]
