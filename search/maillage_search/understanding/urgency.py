"""Rules, and rules alone, decide that a query is urgent: a number shown too often is better than one not shown."""

import re

from maillage_search.port import UrgencyKind

# Gravest first. Each line is a pattern over folded words joined by single spaces.
_RULES: dict[UrgencyKind, tuple[str, ...]] = {
    "suicide": (
        r"suicid\w*",
        r"(?:envie|veut|veux|vouloir|idee|idees) (?:d |de |en )*(?:mourir|en finir|finir|crever|disparaitre)",
        r"(?:en|d) finir avec (?:la|sa|ma) vie|mettre fin a (?:ses|mes) jours|va en finir",
        r"(?:se|me) (?:tuer|pendre|flinguer|foutre en l air|foutre en air|jeter (?:par|sous|du))",
        r"idees noires|veu[tx] plus vivre|plus (?:envie|gout) de vivre|defenestr\w*|lettre (?:d )?adieu",
    ),
    "medical": (
        r"overdose|inconscient\w*|ne respire plus|infarctus|crise cardiaque|convuls\w*|coma(?: ethylique)?",
        r"avale (?:\w+ ){0,3}(?:medicaments|cachets|boites?)|perd (?:beaucoup de |du )sang",
    ),
    "child": (
        r"inceste\w*|attouchement\w*|bebe secoue|enfance (?:en danger|maltrait\w+)",
        r"maltrait\w+ (?:\w+ ){0,3}enfants?|enfants? (?:\w+ ){0,3}(?:maltrait\w+|battus?|en danger|frappes?)",
        r"(?:frappe|tape|cogne|secoue|bat|enferme) (?:\w+ ){0,2}(?:bebe|petite?s?|enfants?|gamine?s?|fils|filles?)",
        r"(?:enfants?|bebe|petits?) (?:\w+ ){0,3}(?:seule?s? (?:la nuit|le soir|toute)|livres? a (?:lui|eux))",
        r"(?:bleus|marques) sur (?:le |la |les )?(?:petite?s?|enfants?|gamine?|bebe)",
    ),
    "violence": (
        r"viole?s?|viols?|violee?s?|battue?s?|violences?|feminicide|excis\w+|sequestr\w+|sous emprise|mariage force",
        r"(?:mari|conjoint|compagnon|copain|mec|ex|pere|fils|frere) (?:\w+ ){0,2}violente?",
        r"(?:la|me|l|nous|les|se fait) (?:\w+ )?(?:frapper?|taper?|cogner?|bat|battre|tabasser?|etrangler?|gifler?)",
        r"prend des coups|coups? de (?:poing|pied|couteau)|(?:va|veut) (?:la|me) tuer",
        r"menace[rs]? (?:\w+ ){0,3}(?:de mort|de la tuer|de me tuer|couteau|arme)",
        r"peur (?:de|que) (?:(?:son|mon) (?:mari|conjoint|ex|copain|pere|frere)|lui)",
        r"(?:il|mari|conjoint) (?:la |l |me |m )(?:enferme|surveille|insulte)",
    ),
    "roofless": (
        r"a la rue|sans (?:toit|abri\w*|domicile)|sdf|plus de toit|pas de toit|appel\w+ (?:le )?115|mise a (?:l )?abri",
        r"(?:dort|dorment|dors|dormir) (?:dehors|sous un|dans (?:un hall|\w+ (?:voiture|rue|cave|camion)))",
        r"(?:ou|nulle part ou|pas d endroit pour|quelque part pour) (?:\w+ ){0,2}(?:dormir|passer la nuit)",
        r"dormir ce soir|loger ce soir|dehors (?:ce soir|cette nuit|depuis|avec)|abri (?:de nuit|d urgence)",
        r"(?:mise?s?|met|foutue?s?|jetee?s?) (?:a la porte|dehors)|hebergement (?:d )?urgence",
        r"(?<!.)115(?!.)",
    ),
}
_PATTERNS = {kind: re.compile(rf"\b(?:{'|'.join(rules)})(?!\w)") for kind, rules in _RULES.items()}


def find_urgency(folded: str) -> UrgencyKind | None:
    """The gravest kind that the words speak of. `folded` is words joined by single spaces."""
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.search(folded)), None)
