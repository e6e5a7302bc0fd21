"""The social diagnosis before allocation: what a household has, what a dwelling would cost it, what to do about it."""

from typing import Final

from maillage.surveys import minima
from maillage.surveys.definition import (
    Grid,
    Kind,
    Question,
    Section,
    choice,
    computed,
    date_of,
    line,
    money,
    number,
    several,
    words,
)

MEASURES_FR: Final = {
    "housing_benefit": "Demander ou revoir l’aide au logement (Caf, MSA)",
    "direct_payment": "Versement de l’aide au logement au bailleur",
    "minimum": "Ouvrir un minimum social ou la prime d’activité",
    "health_cover": "Complémentaire santé solidaire",
    "fsl_entry": "FSL accès : dépôt de garantie, premier loyer",
    "guarantee": "Garantie Visale ou avance Loca-Pass",
    "energy": "Chèque énergie, FSL énergie",
    "asll": "Accompagnement social lié au logement (ASLL, AVDL)",
    "budget": "Point conseil budget, MASP",
    "debt": "Dossier de surendettement (Banque de France)",
    "protection": "Protection juridique : mandat, curatelle",
    "adaptation": "Adaptation du logement, ergothérapeute",
    "home_help": "Aide à domicile, APA, PCH",
    "mental_health": "Lien avec un service de santé mentale",
    "family": "Soutien à la parentalité, PMI",
}
MEASURES_BE: Final = {
    "cpas_income": "Demander le RIS ou une aide au CPAS",
    "adel": "Allocation de déménagement et de loyer (ADeL)",
    "rental_guarantee": "Garantie locative : CPAS, Fonds du logement",
    "bim": "Statut BIM (intervention majorée)",
    "social_tariff": "Tarif social énergie, fonds d’aide du CPAS",
    "budget_guidance": "Guidance ou gestion budgétaire au CPAS",
    "debt_mediation": "Service de médiation de dettes, règlement collectif",
    "administration": "Administration des biens ou de la personne",
    "social_support": "Accompagnement social de la SLSP ou du CPAS",
    "aviq": "Adaptation du logement, AVIQ",
    "home_help_be": "Aide familiale, soins à domicile",
    "mental_health_be": "Lien avec un service de santé mentale",
    "youth": "ONE, service d’aide aux familles",
}
REASONS: Final = {
    "cost": "Loyer et charges trop élevés pour ce ménage",
    "small": "Logement trop petit",
    "large": "Logement trop grand",
    "stairs": "Étage, escaliers, accessibilité",
    "energy": "Chauffage ou isolation trop coûteux",
    "distance": "Trop loin du travail, de l’école, des soins ou de l’entourage",
    "neighbourhood": "Voisinage ou quartier à éviter pour cette personne",
    "support": "Un logement accompagné conviendrait mieux",
}

HOUSEHOLD = Section(
    "household",
    "Le ménage",
    (
        date_of("met_on", "Date de l’entretien"),
        number("adults", "Personnes de 14 ans ou plus", "Adultes et adolescents qui vivront dans le logement.", 20),
        number("children", "Enfants de moins de 14 ans", "0 s’il n’y en a pas. Comptez la garde alternée.", 20),
        choice(
            "current_home",
            "Où vit le ménage aujourd’hui ?",
            social="Logement social",
            private="Location privée",
            hosted="Hébergé par un tiers",
            shelter="Structure d’hébergement ou maison d’accueil",
            owner="Propriétaire",
            street="Sans logement",
            other="Autre",
        ),
        words("why_move", "Pourquoi ce ménage demande-t-il un logement ?", "Avec ses mots, s’il le peut."),
        several(
            "needs",
            "À prendre en compte pour le logement",
            {
                "mobility": "Se déplace difficilement",
                "health": "Suivi de santé à proximité",
                "school": "École ou garde à proximité",
                "work": "Travail, transports en commun",
                "family": "Proches à proximité",
                "pets": "Animal",
                "secret": "Adresse à ne pas faire connaître",
            },
        ),
    ),
)

RESOURCES = Section(
    "resources",
    "Les ressources",
    (
        money("wages", "Salaires nets"),
        money("unemployment", "Allocations de chômage"),
        money("pension", "Retraites et pensions"),
        money("sickness", "Indemnités journalières, mutuelle, invalidité"),
        money("minimum_income", "Minimum social perçu", "RSA, ASS, Aspa en France ; RIS, GRAPA en Belgique."),
        money("disability", "Allocation liée au handicap", "AAH en France ; allocations du SPF en Belgique."),
        money("family_benefits", "Prestations ou allocations familiales"),
        money("maintenance_received", "Pensions alimentaires reçues"),
        money("other_resources", "Autres ressources"),
        computed("resources_total", "Total des ressources"),
        words("resources_note", "Ce qui peut changer bientôt", "Fin de droits, reprise d’emploi, naissance, départ…"),
    ),
    "Par mois, pour toutes les personnes qui vivront dans le logement, sans l’aide au logement. "
    "Laissez vide ce qui ne concerne pas le ménage.",
)

CHARGES = Section(
    "charges",
    "Les charges",
    (
        money("energy", "Énergie et chauffage non compris dans les charges locatives"),
        money("water", "Eau non comprise dans les charges locatives"),
        money("insurance", "Assurances"),
        money("telecom", "Téléphone et internet"),
        money("transport", "Transports"),
        money("childcare", "Garde, école, cantine"),
        money("health", "Santé : mutuelle et frais réguliers"),
        money("maintenance_paid", "Pensions alimentaires versées"),
        money("debts", "Crédits, dettes, plans d’apurement"),
        money("taxes", "Impôts et taxes"),
        money("other_charges", "Autres charges régulières"),
        computed("charges_total", "Total des charges"),
        words("debts_note", "Dettes et procédures en cours", "Montants, créanciers, plans, sans nommer de tiers."),
    ),
    "Par mois, une fois dans le nouveau logement si c’est possible. L’alimentation et l’habillement n’y sont pas : "
    "le reste à vivre doit les couvrir.",
)

DWELLING = Section(
    "dwelling",
    "Le logement envisagé",
    (
        line("dwelling", "Logement", "Type, étage, commune. Par exemple : T3 au premier étage, Béthune."),
        money("rent", "Loyer sans les charges", "Avec les annexes : garage, jardin, cave."),
        money("rent_charges", "Charges locatives", "0 si elles sont comprises dans le loyer."),
        money(
            "housing_benefit",
            "Aide au logement estimée",
            "Simulation de la Caf ou de la MSA, ADeL en Wallonie ; 0 sans aide.",
        ),
        number(
            "effort_limit",
            "Taux d’effort que votre organisation ne dépasse pas, en %",
            "Laissez vide sans règle chez vous.",
            100,
        ),
        money(
            "left_limit",
            "Reste à vivre minimum par jour et par unité, selon votre organisation",
            "Laissez vide sans règle chez vous.",
        ),
        computed("effort", "Taux d’effort"),
        computed("left", "Reste à vivre par mois"),
        computed("units", "Unités de consommation"),
        computed("left_a_day", "Reste à vivre par jour et par unité de consommation"),
        computed("bearable_rent", "Loyer et charges que ce ménage peut porter"),
    ),
    "Sans logement précis, indiquez un loyer et des charges habituels pour ce type de logement.",
)

RIGHTS = Section(
    "rights",
    "Les droits",
    (
        *(
            Question("minimum", "Minimum social à comparer", Kind.CHOICE, options=minima.labels(country)).within(
                country
            )
            for country in ("FR", "BE")
        ),
        money(
            "minimum_amount",
            "Son montant mensuel aujourd’hui",
            "Tel que l’annonce l’organisme. Il l’emporte sur le montant connu ici.",
        ),
        computed("gap_to_minimum", "Ressources moins minimum social"),
        choice(
            "rights_checked",
            "Les droits ont-ils été vérifiés ?",
            yes="Oui, tout est ouvert",
            asked="Des demandes sont en cours",
            no="Non, pas encore",
            unknown="On ne sait pas",
        ),
        words("rights_note", "Demandes en cours, dates, ruptures de droits"),
    ),
    "Pour repérer un droit qui n’est pas ouvert. L’organisme qui le verse peut seul le calculer.",
)

CONCLUSIONS = Section(
    "conclusions",
    "Les conclusions",
    (
        words("strengths", "Ce qui tient : points d’appui du ménage"),
        words("person_view", "Ce que dit la personne de ce logement et de ce budget"),
        several("measures", "Mesures à activer", MEASURES_FR).within("FR"),
        several("measures", "Mesures à activer", MEASURES_BE).within("BE"),
        words("measures_note", "Qui fait quoi, et quand ?"),
        choice(
            "advice",
            "Avis sur le logement envisagé",
            fits="Il convient",
            with_measures="Il convient, avec les mesures ci-dessus",
            other="Un autre logement est conseillé",
            later="À revoir : il manque des éléments",
        ),
        several("other_reasons", "Si un autre logement est conseillé, pourquoi ?", REASONS),
        words("other_dwelling", "Logement conseillé", "Type, loyer maximum, étage, secteur, accompagnement."),
        date_of("review_on", "Refaire le point le"),
    ),
    "Un avis aide à décider. Il ne remplace pas la décision de la commission ou du comité d’attribution.",
)

VERSIONS: Final = (
    Grid(
        "diagnosis",
        1,
        "Diagnostic social avant attribution",
        "Avant de proposer un logement : ressources, taux d’effort, reste à vivre, droits à ouvrir, conclusions.",
        (HOUSEHOLD, RESOURCES, CHARGES, DWELLING, RIGHTS, CONCLUSIONS),
    ),
)
