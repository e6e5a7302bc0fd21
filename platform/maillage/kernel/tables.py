"""What a spreadsheet makes of a text."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\0")


def in_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
