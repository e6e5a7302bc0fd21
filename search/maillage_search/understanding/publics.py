"""Who the query speaks of: ages, and words that name a public or a household."""

import re

_AGE = re.compile(r"\b(\d{1,3}) ?ans?\b")
_NOT_AN_AGE = re.compile(r"(?:depuis|pendant|il y a|apres|voila|bientot|dans|en|pour) (?:\w+ )?$")
_LENGTH_OF_TIME = re.compile(
    r" ?(?:en france|en belgique|que|de (?:mariage|vie|bail|location|pret|maison|boite|metier|prison))\b"
)

_WORDS: dict[str, tuple[str, ...]] = {
    "seniors": (
        r"seniors?|agee?s?|retraitee?s?|pensionnee?s?|aine(?:e?s)|vieux|vieille|vieillards?|mamies?|papys?|papis?",
        r"grand (?:mere|pere)s?|octogenaire|nonagenaire|troisieme age",
    ),
    "children": (r"bebes?|nourrissons?|nouveau ne|bambins?|petite? fille|petit garcon",),
    "families": (
        r"familles?|parents?|enfants?|gamine?s?|mome?s?|gosses?|fils|filles?|fratrie|jumeaux|jumelles|bebes?",
        r"meres?|peres?|mamans?|papas?",
    ),
    "single-parents": (
        r"(?:maman|mere|papa|pere|parent)s? (?:solo|seule?s?|isolee?s?|celibataire)|monoparentale?s?",
        r"(?:seule?|elle) avec (?:ses|mes|\w+) (?:enfants?|gamins?|petits?|bebes?)",
    ),
    "women": (  # "sa femme", "ma mère": somebody beside the person
        r"(?<!\bsa )(?<!\bma )(?:femme|epouse|mere|maman)|femmes|meres|dames?|madame|mme|mamans|enceinte|jeune fille",
    ),
    "pregnant-women": (r"enceintes?|grossesse|accouch\w+",),
    "young-people": (r"jeunes?|ados?|adolescente?s?|lyceen\w*|collegien\w*|mineure?s?|apprentie?s?|jeune adulte",),
    "care-leavers": (
        r"sort(?:ie|ant)s? (?:de (?:l )?|d )?(?:ase|placement|foyer)|ancien(?:ne)? placee?|jeune majeure?",
    ),
    "students": (r"etudiante?s?|etudes|universite|fac|stagiaires?|apprentie?s?",),
    "disabled-people": (
        r"handicap\w*|invalid\w+|fauteuil roulant|pmr|autis\w+|trisomi\w+|aveugle|sourde?s?|malentendant\w*",
        r"malvoyant\w*|rqth|amput\w+|paraly\w+",
    ),
    "exiled-people": (
        r"refugie\w*|exile\w*|migrant\w*|demandeu\w+ (?:d )?asile|sans papiers?|etrang\w+|primo arrivant\w*",
        r"allophone\w*|ukrain\w+|afghan\w*|syrien\w*|soudanais\w*|erythre\w+|deboutee?s?|oqtf|mna|mena",
    ),
    "jobseekers": (
        r"chom\w+|demandeu\w+ (?:d )?emploi|sans (?:emploi|travail)",
        r"cherche (?:du |un )?(?:travail|emploi|boulot|job|taf)",
    ),
    "workers": (r"salarie\w*|ouvri\w+|interim\w*|cdd|cdi|independante?s?|auto entrepreneu\w+|travailleurs? pauvres?",),
    "benefit-recipients": (r"rsa|aah|aspa|minima sociaux|minimex|revenu (?:d )?integration|allocataires?",),
    "homeless-people": (r"sdf|sans abri\w*|sans domicile|a la rue|dort dehors|squat\w*",),
    "people-in-emergency": (r"sdf|sans abri\w*|a la rue|battue?s?|violente?s?|urgen\w+",),
    "justice-involved": (r"prison\w*|deten\w+|incarcer\w+|bracelet electronique|spip",),
    "carers": (r"aidante?s?",),
    "priority-area-residents": (r"qpv|quartier prioritaire|frr|zrr",),
}
_PATTERNS = {code: re.compile(rf"\b(?:{'|'.join(patterns)})\b") for code, patterns in _WORDS.items()}


def find_ages(folded: str) -> list[int]:
    """Ages told, lengths of time left out ("depuis 15 ans", "15 ans en France")."""
    return [
        int(match[1])
        for match in _AGE.finditer(folded)
        if not _NOT_AN_AGE.search(folded[: match.start()]) and not _LENGTH_OF_TIME.match(folded[match.end() :])
    ]


def _public_of_age(age: int) -> str | None:
    if age < 12:
        return "children"
    if age < 26:
        return "young-people"
    return "seniors" if 60 <= age <= 115 else None


def find_publics(folded: str) -> tuple[str, ...]:
    """Own codes of the publics, in the order of the vocabulary above: ages first, since they are certain."""
    by_age = (_public_of_age(age) for age in find_ages(folded))
    by_word = (code for code, pattern in _PATTERNS.items() if pattern.search(folded))
    return tuple(dict.fromkeys(code for code in (*by_age, *by_word) if code))
