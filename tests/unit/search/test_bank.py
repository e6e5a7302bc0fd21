from collections import Counter

import pytest

from maillage_search.taxonomy import load_taxonomy
from maillage_search.understanding import understand
from maillage_search.understanding.bank import BankError, digest, load_situations, read_situations
from maillage_search.understanding.concepts import load_concepts
from maillage_search.understanding.leanings import SortedWords, load_leanings, trained_on
from maillage_search.understanding.reading import load_knowledge

# Heard every week in a landlord's office.
FREQUENT = (
    "mental-health", "violence-against-women", "elderly-isolation", "ageing-autonomy", "rent-arrears", "eviction",
    "over-indebtedness", "rehousing", "neighbour-trouble", "access-to-rights", "administrative-procedures",
    "health-access", "food-aid", "energy", "shelter", "housing-access", "family-school", "employment-training",
    "illiteracy",
)  # fmt: skip


def test_every_theme_is_told_in_many_ways() -> None:
    counts = Counter(theme for one in load_situations() if one.form != "cues" for theme in one.themes)
    assert sum(counts.values()) >= 3200
    assert {term.code: counts[term.code] for term in load_taxonomy().themes if counts[term.code] < 25} == {}
    assert {theme: counts[theme] for theme in FREQUENT if counts[theme] < 60} == {}


def test_every_theme_is_told_by_tenants_and_by_others_and_only_with_known_codes() -> None:
    forms: dict[str, set[str]] = {}
    for one in load_situations():
        assert set(one.themes) <= {term.code for term in load_taxonomy().themes}, one
        forms.setdefault(one.theme, set()).add(one.form)
    assert [theme for theme, found in forms.items() if not {"note", "said", "told", "cues"} <= found] == []


def test_every_foreign_theme_has_wordings() -> None:
    vocabulary = load_taxonomy().themes
    told = {code for one in load_situations() for code in vocabulary.to_data_inclusion(one.themes)}
    asked = {code for term in vocabulary for code in term.data_inclusion}
    assert asked <= told


def test_a_line_gives_wordings_with_their_form_country_and_second_theme() -> None:
    lines = [
        "[shelter]",
        "# a remark",
        "",
        "said BE: plus de toit; dehors avec son chien @health-access",
        "cues: abri-de-nuit",
    ]
    found = list(read_situations(lines))
    assert [one.text for one in found] == ["plus de toit", "dehors avec son chien", "abri de nuit"]
    assert found[1].themes == ("shelter", "health-access")
    assert [one.form for one in found] == ["said", "said", "cues"]
    assert found[0].countries == {"BE"}


@pytest.mark.parametrize("lines", [["said: before any theme"], ["[shelter]", "shouted: dehors"]])
def test_a_line_that_cannot_be_read_is_refused(lines: list[str]) -> None:
    with pytest.raises(BankError):
        list(read_situations(lines))


def test_the_spelling_of_text_messages_corrects_nobody() -> None:
    spelt = {word for one in load_situations() if one.form != "text" for word in one.text.lower().split()}
    assert "voitur" not in spelt
    assert "voitur" not in load_knowledge().vocabulary
    assert understand("ma voitur est en pane").corrections["voitur"] == "voiture"


@pytest.mark.parametrize(
    ("query", "theme"),
    [
        # Their telling word is nowhere in the bank: it is understood by the company that it keeps elsewhere.
        ("son carburateur est fichu", "vehicle-repair"),
        ("il voudrait une rhumatologue", "health-access"),
        ("elle vide des litres de sangria", "alcohol"),
    ],
)
def test_words_that_the_bank_lacks_are_understood(query: str, theme: str) -> None:
    found = understand(query)
    assert theme in [one.code for one in found.themes[:3]]
    assert all(one.because for one in found.themes)


def test_the_table_of_words_was_made_from_this_bank() -> None:
    # After any change of the bank: deploy/data/build_leanings.py, see deploy/data/README.md.
    assert trained_on() == digest(load_situations())


def test_leanings_are_shares_told_by_a_word_of_the_query() -> None:
    found = load_leanings().of(["carburateur", "zzyzx"], load_concepts().weight)
    assert 0 < sum(leaning.share for leaning in found.values()) <= 1
    assert {leaning.word for leaning in found.values()} == {"carburateur"}
    assert load_leanings().of(["zzyzx"], load_concepts().weight) == {}


def test_sorted_words_find_what_they_hold() -> None:
    held = SortedWords("abri\nloyer\ntoit")
    assert [held.find(word) for word in ("abri", "loyer", "toit", "aaa", "mur", "zut")] == [0, 1, 2, None, None, None]
    assert list(held) == ["abri", "loyer", "toit"]
