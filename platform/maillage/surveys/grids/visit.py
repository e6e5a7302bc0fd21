"""The home visit: the dwelling as it is lived in, seen with the person."""

from typing import Final

from maillage.surveys.definition import Grid, Question, Section, choice, computed, date_of, line, number, several, words


def seen(code: str, label: str, hint: str = "") -> Question:
    """One thing that is looked at."""
    return choice(code, label, hint, good="Bon état", watch="À surveiller", mend="À reprendre", unseen="Non vu")


VISIT = Section(
    "visit",
    "La visite",
    (
        date_of("met_on", "Date de la visite"),
        choice(
            "asked_by",
            "À l’initiative de qui ?",
            household="La personne",
            landlord="Le bailleur",
            caretaker="Le gardien ou un collègue",
            partner="Un partenaire",
        ),
        several(
            "present",
            "Présents",
            {
                "person": "La personne",
                "relative": "Un proche",
                "caretaker": "Gardien, technicien",
                "partner": "Intervenant social ou de santé",
                "interpreter": "Interprète",
            },
        ),
        words("why", "But de la visite, tel qu’il a été annoncé"),
        choice(
            "entered",
            "Avez-vous pu entrer ?",
            yes="Oui",
            partly="En partie",
            no="Non : entretien sur le seuil",
            absent="Personne n’a répondu",
        ),
    ),
    "Annoncée et acceptée par la personne. On ne note que ce qui sert au but de la visite.",
)

DWELLING = Section(
    "dwelling",
    "Le logement",
    (
        number("rooms", "Pièces de vie", "Sans la cuisine ni la salle de bains.", 20),
        number("people", "Personnes qui y vivent", most=20),
        seen("air", "Aération, humidité, moisissures"),
        seen("heating", "Chauffage et eau chaude"),
        seen("electricity", "Électricité et gaz"),
        seen("water", "Eau, sanitaires, évacuations"),
        seen("openings", "Portes, fenêtres, serrures"),
        seen("surfaces", "Sols, murs, plafonds"),
        seen("upkeep", "Entretien courant"),
        seen("safety", "Sécurité : chutes, incendie, enfants", "Détecteur de fumée, accès dégagés."),
        computed("to_mend", "Points à reprendre"),
        choice(
            "occupied",
            "Occupation",
            fits="Adaptée",
            crowded="Trop de monde pour la surface",
            empty="Plus grande que les besoins",
            cluttered="Encombrement qui gêne la vie quotidienne",
            left="Logement peu ou pas occupé",
        ),
        words("dwelling_note", "Ce qui est à faire, par le bailleur ou par le ménage"),
    ),
)

LIFE = Section(
    "life",
    "La vie dans le logement",
    (
        choice(
            "autonomy",
            "Gestes du quotidien",
            alone="Seul",
            help="Avec de l’aide",
            hard="Difficilement",
            unknown="Non abordé",
        ),
        choice("outings", "Sorties et visites", often="Régulières", few="Rares", none="Aucune", unknown="Non abordé"),
        choice(
            "building",
            "Rapports avec le voisinage",
            good="Bons",
            none="Aucun",
            tense="Tendus",
            conflict="Conflit ouvert",
            unknown="Non abordé",
        ),
        choice("energy", "Se chauffe-t-on assez ?", yes="Oui", saves="Se prive", no="Non", unknown="Non abordé"),
        words("own_words", "Ce que dit la personne de son logement", "Avec ses mots."),
        words("strengths", "Ce qui tient : points d’appui"),
    ),
)

NEXT = Section(
    "next",
    "La suite",
    (
        several(
            "actions",
            "À engager",
            {
                "technical": "Intervention technique",
                "upkeep": "Aide à l’entretien du logement",
                "clear": "Désencombrement accompagné",
                "adapt": "Adaptation du logement",
                "transfer": "Mutation",
                "rights": "Ouverture de droits",
                "arrears": "Plan d’apurement",
                "health": "Lien avec un soignant",
                "mental": "Lien avec la santé mentale",
                "isolation": "Visites de convivialité",
                "mediation": "Médiation de voisinage",
                "none": "Rien pour l’instant",
            },
        ),
        words("agreed", "Ce qui est convenu avec la personne : qui fait quoi, et quand ?"),
        line("not_agreed", "Ce qu’elle ne souhaite pas"),
        date_of("next_on", "Prochaine visite ou prochain contact"),
    ),
)

VERSIONS: Final = (
    Grid(
        "visit",
        1,
        "Visite à domicile",
        "Le logement tel qu’il est habité : état, occupation, vie quotidienne, ce qui est convenu.",
        (VISIT, DWELLING, LIFE, NEXT),
    ),
)
