"""Sums of money, which are whole cents: as people write them and as they read them."""

import re
from typing import Final

_PLAIN: Final = re.compile(r"(-?)(\d{1,9})(?:[.,](\d{1,2}))?", re.ASCII)
_DOTTED: Final = re.compile(
    r"(-?)(\d{1,3}(?:\.\d{3})+)(?:,(\d{1,2}))?", re.ASCII
)  # 1.234,56 is how Belgium writes it too


def cents_of(text: str) -> int | None:
    """The cents of « 1 234,56 € », « 1.234,56 » or « 1234.5 »; None for anything else."""
    bare = re.sub(r"[\s€]", "", text)
    found = _DOTTED.fullmatch(bare) or _PLAIN.fullmatch(bare)
    if found is None:
        return None
    minus, whole, rest = found.groups()
    cents = int(whole.replace(".", "")) * 100 + int((rest or "").ljust(2, "0"))
    return -cents if minus else cents


def euros(cents: int) -> str:
    """« 1 234,56 € », with a minus sign where it is owed."""
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", "\u00a0")
    return f"{'−' if cents < 0 else ''}{grouped},{rest:02d}\u00a0€"
