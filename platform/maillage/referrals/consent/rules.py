"""What a ground may not hold, and what it lacks.

The dates that the contract of the API lists are enough to hand over: what else a frame asks for is refused by the page
and told by the API as a warning. What is given is checked alike in both.
"""

from collections.abc import Iterable

from maillage.kernel.actor import Actor
from maillage.kernel.errors import Invalid
from maillage.referrals import policy
from maillage.referrals.checks import check_text
from maillage.referrals.codes import Basis
from maillage.referrals.consent.content import Ground
from maillage.referrals.consent.frames import ASKS, FITS, frame_of
from maillage.referrals.content import Terms

HOUSE_LANGUAGES = {"FR": {"fr"}, "BE": {"fr", "nl", "de", "wa"}}
NOT_HERE = "Ceci ne va pas avec le fondement choisi."
REFUSED = "La personne s’y oppose : ce fondement ne suffit pas. Un texte ou un danger peut seul l’emporter."
NOT_YOURS = (
    "Passer outre l’opposition d’une personne revient à qui en a le droit dans votre organisation. "
    "En danger immédiat, appelez d’abord."
)


def check_ground(actor: Actor, terms: Terms, ground: Ground) -> None:
    """Refuse what contradicts itself, and an override by somebody who may not. Raises Invalid."""
    if ground == Ground():
        return
    if ground.opposed:
        _check_override(actor, terms.basis, ground)
    wrong = {name: NOT_HERE for name in _frame_words(ground) - FITS[terms.basis]}
    if ground.protected and terms.basis is Basis.CONSENT and ground.consenter is None:
        wrong["consenter"] = ASKS["consenter"]
    if wrong:
        raise Invalid(fields=wrong)
    for name in ("told_by", "own_view", "necessary", "legal_text", "mandate"):
        check_text(getattr(ground, name), name)


def lacking(actor: Actor, terms: Terms, ground: Ground, *, minor: bool = False) -> dict[str, str]:
    """What the frame of this country asks for and does not find, with the words that go beside each field."""
    frame = frame_of(actor.country, terms.basis)
    given = {
        "informed_on": terms.consent.informed_on,
        "given_on": terms.consent.given_on,
        **ground.model_dump(),
    }
    needs: list[str] = [*frame.needs, *(frame.landlord_needs if actor.org_kind == policy.LANDLORD else ())]
    if terms.consent.informed_on and terms.consent.language not in HOUSE_LANGUAGES.get(actor.country, {"fr"}):
        needs.append("interpreter")
    if terms.basis is Basis.CONSENT and minor:
        needs.append("consenter")
    return {name: ASKS[name] for name in needs if not given[name]}


def _check_override(actor: Actor, basis: Basis, ground: Ground) -> None:
    if basis is not Basis.LEGAL_DUTY:
        raise Invalid(fields={"opposed": REFUSED})
    if not actor.can(policy.OVERRIDE):
        raise Invalid(fields={"opposed": NOT_YOURS})
    missing: Iterable[str] = (name for name in ("legal_text", "necessary") if not getattr(ground, name))
    if wrong := {name: ASKS[name] for name in missing}:
        raise Invalid(fields=wrong)


def _frame_words(ground: Ground) -> set[str]:
    return {name for name in ("necessary", "legal_text", "mandate", "opposed") if getattr(ground, name)}
