"""Personal data that open files still hold. A heuristic: it drops what looks like a person's own number, address or
name, and keeps what is an institution's."""

import re

from maillage_search.text import fold

_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)33[\s.(0)-]*|0)[67](?:[\s.-]?\d{2}){4}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NAMED = re.compile(
    r"(?:\b(?:Mmes?|Mlles?|Madame|Mademoiselle|Monsieur|Mr|M\.)\s+|(?<=Contact : )|(?<=contact : ))"
    r"[A-ZÀ-Þ][a-zß-ÿ’'-]+(?:\s+[A-ZÀ-Þ][\w’'-]+){0,2}"
)
_FREEMAIL = frozenset(
    (
        "gmail.com", "googlemail.com", "hotmail.com", "hotmail.fr", "outlook.com", "outlook.fr", "live.fr", "live.com",
        "msn.com", "yahoo.fr", "yahoo.com", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "neuf.fr", "laposte.net",
        "bbox.fr", "icloud.com", "aol.com", "numericable.fr", "club-internet.fr", "skynet.be", "telenet.be",
    )
)  # fmt: skip
_INSTITUTION = re.compile(
    r"accueil|adil|admin|aide|agence|agglo|amicale|animation|antenne|asso|bibli|bureau|bus|caf|ccas|cdc|centre|cias|"
    r"club|cnfs|college|commun|conseil|contact|coordination|culture|cyber|departement|direction|dossier|ecole|emploi|"
    r"epn|equipe|espace|famil|federation|foyer|france|fs|gestion|habitat|hotel|info|insertion|jeun|juri|logement|local|"
    r"mairie|maison|mda|mds|media|mfs|mission|mjc|mobil|msap|msf|multi|num|office|parent|permanence|pij|pimms|plateforme|"
    r"point|pole|prevention|relais|ressource|rsp|sante|secretariat|service|siege|siao|social|solidar|tiers|ville"
)
_TWO_WORDS = re.compile(r"[a-z]{2,}[._-][a-z]{2,}(?:[._-][a-z]{2,})?\d*")


def is_mobile(phone: str) -> bool:
    return bool(_MOBILE.search(phone))


def is_personal_email(address: str) -> bool:
    """Somebody's own: at a public mail provider, or written first name and surname, with no word of an institution."""
    local, _, domain = fold(address).partition("@")
    if _INSTITUTION.search(local):
        return False
    return domain in _FREEMAIL or bool(_TWO_WORDS.fullmatch(local))


def institutional_email(address: str) -> str:
    """The address when it is one and not a person's; nothing otherwise."""
    address = address.strip().lower()
    return address if _EMAIL.fullmatch(address) and not is_personal_email(address) else ""


def clean(text: str) -> str:
    """Free text without mobile numbers, personal addresses and people named as such."""
    if not text:
        return ""
    text = _MOBILE.sub("(numéro retiré)", text)
    text = _EMAIL.sub(lambda found: "(adresse retirée)" if is_personal_email(found[0]) else found[0], text)
    return _NAMED.sub("(nom retiré)", text)
