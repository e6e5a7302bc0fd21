"""How often to be told, one choice for each kind of notice."""

from collections.abc import Mapping

from wtforms import SelectField

from maillage.notifications import kinds
from maillage.notifications.values import FREQUENCY_LABELS, Frequency
from maillage.web.forms import Form, choices


class PreferencesForm(Form):
    """Made by `preferences_form`, which adds a field for each kind."""

    def chosen(self) -> dict[str, Frequency]:
        return {kind.code: Frequency(self[_field_name(kind.code)].data) for kind in kinds.optional_kinds()}


def preferences_form(current: Mapping[str, Frequency]) -> PreferencesForm:
    fields = {
        _field_name(kind.code): SelectField(kind.label, choices=choices(FREQUENCY_LABELS))
        for kind in kinds.optional_kinds()
    }
    made: type[PreferencesForm] = type("PreferencesOfKinds", (PreferencesForm,), fields)
    return made(data={_field_name(code): frequency.value for code, frequency in current.items()})


def _field_name(code: str) -> str:
    return code.replace(".", "-")
