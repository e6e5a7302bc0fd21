"""The legal frames as rows: what each basis says and asks for, in each country. Nothing else in the code names a law.

A landlord is not inside the circle of a shared secret by being a landlord: it says what places it there.
"""

from dataclasses import dataclass
from typing import Final

from maillage.referrals.codes import Basis


@dataclass(frozen=True, slots=True)
class Frame:
    """`says`: the one line under the choice. `needs`: the fields that the page will not do without."""

    says: str
    needs: tuple[str, ...] = ()
    landlord_needs: tuple[str, ...] = ()


_CONSENT: Final = Frame("La personne sait ce que vous transmettez, à qui et pourquoi. Elle est d’accord.")

_INTEREST: Final = Frame(
    "Votre intérêt à reprendre contact, s’il ne lui nuit pas et qu’elle peut s’y opposer (RGPD, art. 6, 1, f).",
    ("necessary",),
)
_PUBLIC_TASK: Final = Frame(
    "Une mission d’intérêt public qu’un texte vous confie (RGPD, art. 6, 1, e).", ("legal_text", "necessary")
)

FRAMES: Final[dict[str, dict[Basis, Frame]]] = {
    "FR": {
        Basis.CONSENT: _CONSENT,
        Basis.SHARED_SECRET: Frame(
            "Entre professionnels de l’action sociale auprès de la même personne, informée : le strict nécessaire "
            "(CASF, art. L. 121-6-2 ; pour un enfant en danger, L. 226-2-2).",
            ("informed_on", "necessary"),
            ("mandate",),
        ),
        Basis.CONCERTATION: Frame("Dans une instance qu’un texte organise. Vous nommez ce texte.", ("legal_text",)),
        Basis.LEGAL_DUTY: Frame(
            "Un texte vous oblige à transmettre, ou un danger l’impose. Vous dites lequel.",
            ("legal_text", "necessary"),
        ),
        Basis.INTEREST: _INTEREST,
        Basis.PUBLIC_TASK: _PUBLIC_TASK,
    },
    "BE": {
        Basis.CONSENT: _CONSENT,
        Basis.SHARED_SECRET: Frame(
            "Personne informée et d’accord, même secret, même mission, strict nécessaire : toutes ces conditions "
            "à la fois.",
            ("informed_on", "given_on", "necessary", "mandate"),
        ),
        Basis.CONCERTATION: Frame(
            "Concertation de cas (Code pénal, art. 458ter) : une loi, un décret, une ordonnance ou l’autorisation "
            "motivée du procureur. Vous nommez ce texte.",
            ("legal_text",),
        ),
        Basis.LEGAL_DUTY: Frame(
            "Danger grave ou obligation légale (Code pénal, art. 422bis et 458bis). Vous dites lequel.",
            ("legal_text", "necessary"),
        ),
        Basis.INTEREST: _INTEREST,
        Basis.PUBLIC_TASK: _PUBLIC_TASK,
    },
}

FITS: Final[dict[Basis, frozenset[str]]] = {
    Basis.CONSENT: frozenset(),
    Basis.SHARED_SECRET: frozenset({"necessary", "mandate"}),
    Basis.CONCERTATION: frozenset({"legal_text"}),
    Basis.LEGAL_DUTY: frozenset({"legal_text", "necessary", "opposed"}),
    Basis.INTEREST: frozenset({"necessary"}),
    Basis.PUBLIC_TASK: frozenset({"necessary", "legal_text"}),
}
"""Which words about the frame go with which basis."""

ASKS: Final[dict[str, str]] = {
    "informed_on": "Indiquez quand la personne a été informée.",
    "given_on": "Indiquez quand la personne a donné son accord.",
    "necessary": "Dites pourquoi c’est strictement nécessaire.",
    "legal_text": "Nommez le texte, la convention ou la décision.",
    "mandate": "Dites ce qui vous place dans le cercle du secret : mandat, convention, mission.",
    "interpreter": "Dites s’il y avait un interprète.",
    "consenter": "Dites qui a donné l’accord.",
}


def frames_of(country: str) -> dict[Basis, Frame]:
    return FRAMES.get(country, FRAMES["FR"])


def frame_of(country: str, basis: Basis) -> Frame:
    return frames_of(country)[basis]
