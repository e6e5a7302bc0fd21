"""What a text that a whole group reads may not hold, and what its author is asked about."""

from collections.abc import Mapping
from typing import Final

from maillage.kernel.errors import Invalid
from maillage.referrals.screening import NUMBER, holds_national_number, points_to_content, traces

CONTENT: Final = (
    "Retirez le lien vers une situation ou une orientation : elle n’est lue que par ceux qui y ont part. "
    "Décrivez la question en quelques mots, sans la personne."
)
SHOWN: Final = 3


class SomebodyNamed(Invalid):
    """The text seems to name somebody: its author corrects it, or confirms that nobody can be recognised."""


def check(texts: Mapping[str, str], *, nobody: bool) -> None:
    """Refuse, by field, what no text of a network may hold. `nobody`: the author has confirmed that nobody can be
    recognised. Raises Invalid, or SomebodyNamed when confirming is enough."""
    wrong = {name: why for name, text in texts.items() if (why := _refusal(text)) is not None}
    if wrong:
        raise Invalid(fields=wrong)
    named = {} if nobody else {name: why for name, text in texts.items() if (why := _doubt(text)) is not None}
    if named:
        raise SomebodyNamed(fields=named)


def _refusal(text: str) -> str | None:
    if holds_national_number(text):
        return NUMBER
    return CONTENT if points_to_content(text) else None


def _doubt(text: str) -> str | None:
    found = traces(text)
    if not found:
        return None
    said = ", ".join(f"« {trace.words} »" for trace in found[:SHOWN])
    return (
        f"Ce texte semble désigner quelqu’un : {said}. Corrigez-le, ou confirmez que personne n’y est reconnaissable."
    )
