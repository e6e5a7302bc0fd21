"""Counts of the bank of situations, as the Markdown of `docs/bank.md`: what its balance is judged on."""

from collections import Counter
from collections.abc import Mapping

from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import fold, words
from maillage_search.understanding.bank import EVERY_COUNTRY, Situation, load_situations
from maillage_search.understanding.publics import find_publics


def main() -> None:
    bank = [one for one in load_situations() if one.form != "cues"]
    cues = Counter(one.theme for one in load_situations() if one.form == "cues")
    print(
        f"{len(bank)} wordings, {sum(cues.values())} cues, {len({fold(one.text) for one in bank})} different texts.\n"
    )
    _table("Form", Counter(one.form for one in bank))
    _table("Country", Counter(_country(one) for one in bank))
    _table("Length", Counter(_length(one) for one in bank))
    _table("Public named", Counter(public for one in bank for public in _publics(one)))
    _themes(bank, cues)


def _country(one: Situation) -> str:
    return "both" if one.countries == EVERY_COUNTRY else " ".join(sorted(one.countries))


def _length(one: Situation) -> str:
    count = len(one.text.split())
    return "1 or 2 words" if count < 3 else "3 to 7 words" if count < 8 else "8 words and more"


def _publics(one: Situation) -> tuple[str, ...]:
    return find_publics(" ".join(words(one.text))) or ("(none)",)


def _table(title: str, counts: Mapping[str, int]) -> None:
    print(f"| {title} | Wordings |\n|---|---|")
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"| {name} | {count} |")
    print()


def _themes(bank: list[Situation], cues: Mapping[str, int]) -> None:
    forms = ("note", "said", "told", "seen", "text")
    print(f"| Theme | All | {' | '.join(forms)} | Belgium | Cues |\n|{'---|' * (len(forms) + 4)}")
    for term in load_taxonomy().themes:
        under = [one for one in bank if term.code in one.themes]
        by_form = Counter(one.form for one in under)
        belgian = sum(one.countries == {"BE"} for one in under)
        numbers = [len(under), *(by_form[form] for form in forms), belgian, cues[term.code]]
        print(f"| {term.code} | {' | '.join(map(str, numbers))} |")


if __name__ == "__main__":
    main()
