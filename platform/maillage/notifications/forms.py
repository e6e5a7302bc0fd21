"""How often to be told, one choice for each kind of notice."""

from collections.abc import Iterator, Mapping
from typing import Final

from wtforms import BooleanField, Field, RadioField, SelectField

from maillage.notifications import kinds
from maillage.notifications.values import FREQUENCY_LABELS, Frequency, Quiet
from maillage.web.forms import Form, choices, whole_number

QUIET: Final = {
    "18-8": "De 18 h à 8 h",
    "19-8": "De 19 h à 8 h",
    "20-7": "De 20 h à 7 h",
    "21-7": "De 21 h à 7 h",
    "22-6": "De 22 h à 6 h",
}


class PreferencesForm(Form):
    """Made by `preferences_form`, which adds a field for each kind."""

    quiet = SelectField("La nuit", choices=choices(QUIET, empty="Pas d’heures calmes"))
    weekends = BooleanField("Ni le samedi, ni le dimanche")

    def groups(self) -> Iterator[tuple[str, str, list[Field]]]:
        """Title, what is chosen in it, and its fields."""
        for group, found in kinds.by_group(kinds.optional_kinds()):
            fields = [self[_field_name(kind.code)] for kind in found]
            chosen = {FREQUENCY_LABELS.get(field.data, "") for field in fields}
            yield group.value, chosen.pop().lower() if len(chosen) == 1 else "selon le cas", fields

    def quiet_time(self) -> Quiet:
        since, _, until = self.quiet.data.partition("-")
        return Quiet(whole_number(since), whole_number(until), self.weekends.data)

    def chosen(self) -> dict[str, Frequency]:
        return {kind.code: Frequency(self[_field_name(kind.code)].data) for kind in kinds.optional_kinds()}


def preferences_form(current: Mapping[str, Frequency], quiet: Quiet) -> PreferencesForm:
    fields = {
        _field_name(kind.code): RadioField(kind.label, choices=choices(FREQUENCY_LABELS))
        for kind in kinds.optional_kinds()
    }
    made: type[PreferencesForm] = type("PreferencesOfKinds", (PreferencesForm,), fields)
    hours = f"{quiet.since}-{quiet.until}" if quiet.since is not None else ""
    kept = {_field_name(code): frequency.value for code, frequency in current.items()}
    return made(data=kept | {"quiet": hours, "weekends": quiet.weekends})


def _field_name(code: str) -> str:
    return code.replace(".", "-")
