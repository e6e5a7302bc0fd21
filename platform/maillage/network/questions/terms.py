"""The words and themes by which questions resemble one another, as the search of the directory understands them."""

from maillage.directory.searching import read_words
from maillage_search.port import Understood
from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import stems

MOST = 60
LONGEST = 300  # characters that are understood: what somebody asks stands at the beginning
THEME = "#"


def read(title: str, text: str, country: str) -> Understood:
    return read_words(f"{title}\n{text}"[:LONGEST], country)


def themes_of(understood: Understood) -> list[str]:
    """Our own themes that the text speaks of, the clearest first."""
    known = load_taxonomy().themes
    return [theme.code for theme in understood.themes if theme.code in known]


def terms_of(title: str, text: str, themes: list[str]) -> list[str]:
    """Stems of its words and its themes with the broader ones, those of the title first."""
    said = [f"{THEME}{code}" for code in load_taxonomy().themes.with_ancestors(themes)]
    said += [word[:64] for word in stems(f"{title}\n{text}")]
    return list(dict.fromkeys(said))[:MOST]
