"""Rules, and rules alone, decide that a query is urgent: a number shown too often is better than one not shown."""

import re

from maillage_search.port import UrgencyKind

_RULES: tuple[tuple[UrgencyKind, str], ...] = (
    ("suicide", r"suicid\w*|(?:envie|veut|veux|vouloir|idee)s? (?:d |de |en )*(?:mourir|en finir|crever|disparaitre)|"
     r"(?:en|d) finir avec (?:la|sa|ma) vie|mettre fin a (?:ses|mes) jours|(?:se|me) (?:tuer|pendre|foutre en l air|flinguer|"
     r"jeter (?:par|sous|du))|idees noires|(?:ne )?veu[tx] plus vivre|plus (?:envie|gout) de vivre|(?:veut|veux|va) en finir|"
     r"defenestr\w*|lettre d adieu"),
    ("medical", r"overdose|inconscient\w*|ne respire plus|avale (?:\w+ ){0,3}(?:medicaments|cachets|boites?)|infarctus|"
     r"crise cardiaque|convuls\w*|perd (?:beaucoup de |du )sang|coma ethylique"),
    ("child", r"inceste\w*|attouchement\w*|maltrait\w+ (?:\w+ ){0,3}enfants?|enfants? (?:\w+ ){0,3}(?:maltrait\w+|battus?|en danger|"
     r"frappes?)|enfance (?:en danger|maltrait\w+)|(?:frappe|tape|cogne|secoue|bat|enferme) (?:\w+ ){0,2}(?:bebe|petite?s?|enfants?|"
     r"gamine?s?|gosses?|fils|fille|filles)|bebe secoue|(?:enfants?|bebe|petits?) (?:\w+ ){0,3}(?:seule?s? (?:la nuit|le soir|toute)|"
     r"livres? a (?:lui|eux))|bleus sur (?:le |la |les )?(?:petite?s?|enfants?|gamine?|bebe)"),
    ("violence", r"viole?s?|viols?|violee?s?|battue?s?|violences?|(?:mari|conjoint|compagnon|copain|mec|ex|pere|fils|frere) "
     r"(?:\w+ ){0,2}violente?|(?:la|me|l|nous|les|se fait) (?:\w+ )?(?:frappe|frapper|tape|taper|cogne|cogner|bat|battre|tabasse|"
     r"tabasser|etrangle|etrangler|gifle|gifler)|prend des coups|coups? de (?:poing|pied|couteau)|menace[rs]? (?:\w+ ){0,3}(?:de "
     r"(?:mort|la tuer|me tuer)|couteau|arme)|(?:va|veut) (?:la|me) tuer|peur (?:de|que) (?:son mari|mon mari|son conjoint|mon "
     r"conjoint|son ex|mon ex|lui)|mariage force|excis\w+|sequestr\w+|feminicide|sous emprise|(?:il|mari|conjoint) "
     r"(?:la |l |me |m )(?:enferme|surveille|insulte)"),
    ("roofless", r"a la rue|sans toit|sans abri\w*|sdf|dort (?:dehors|dans (?:sa|la|une|leur) voiture|dans la rue|dans un hall|"
     r"sous un)|dorm\w+ (?:dehors|dans (?:ma|sa|la|une|notre|leur) (?:voiture|rue|cave))|(?:ou|nulle part ou|pas d endroit pour|quelque "
     r"part pour) (?:\w+ ){0,2}(?:dormir|passer la nuit|loger ce soir)|dormir ce soir|dehors (?:ce soir|cette nuit|depuis|avec)|(?:mise?s?|"
     r"foutue?s?|jetee?s?) (?:a la porte|dehors)|plus de toit|pas de toit|abri (?:de nuit|d urgence)|hebergement d urgence|"
     r"hebergement urgence|mise a l abri|^115$|appel\w+ (?:le )?115"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(rf"\b(?:{rule})(?!\w)")) for kind, rule in _RULES)


def find_urgency(folded: str) -> UrgencyKind | None:
    """The gravest kind that the words speak of. `folded` is words joined by single spaces."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(folded)), None)
