"""Themes of the directory, as a list to choose from."""

from wtforms.fields import SelectChoice

from maillage.web.forms import choices
from maillage_search.taxonomy import load_taxonomy


def theme_choices(empty: str) -> list[SelectChoice]:
    """Every theme, the narrower ones after the broader one."""
    themes = load_taxonomy().themes
    labels: dict[str, str] = {}
    for term in themes.top_level():
        labels[term.code] = term.label()
        labels |= {code: f"{term.label()} › {themes[code].label()}" for code in themes.children(term.code)}
    return choices(labels, empty=empty)


def theme_label(code: str) -> str:
    term = load_taxonomy().themes.get(code)
    return term.label() if term is not None else ""
