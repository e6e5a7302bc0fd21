"""A guide to listen to a tenant whom something worries, or who answers nobody: open questions, few boxes."""

from typing import Final

from maillage.surveys.definition import Grid, Section, choice, date_of, line, several, words

OPENING = Section(
    "opening",
    "Ouvrir l’échange",
    (
        date_of("met_on", "Date de l’entretien"),
        choice(
            "how",
            "Comment le contact s’est-il fait ?",
            came="La personne est venue",
            called="Par téléphone",
            visit="Chez elle",
            outside="Dehors, dans le quartier",
            partner="Avec un partenaire",
        ),
        choice(
            "contact",
            "Ce contact",
            usual="Un contact habituel",
            first="Le premier",
            restored="Renoué après un long silence",
        ),
        words("request", "Que demande la personne ?", "« Qu’est-ce qui serait le plus utile pour vous aujourd’hui ? »"),
        words("story", "Que s’est-il passé ?", "« Depuis quand ? Qu’est-ce qui a changé ? » Notez des faits."),
    ),
    "Écouter d’abord. Les questions sont des appuis : laissez vide ce dont on n’a pas parlé.",
)

TODAY = Section(
    "today",
    "Aujourd’hui",
    (
        several(
            "topics",
            "De quoi a-t-on parlé ?",
            {
                "rent": "Loyer, dettes",
                "work": "Travail, formation",
                "health": "Santé",
                "mental": "Moral, sommeil, angoisse",
                "family": "Famille, séparation, enfants",
                "alone": "Solitude",
                "neighbours": "Voisinage",
                "dwelling": "État du logement",
                "rights": "Démarches, droits",
                "digital": "Difficulté avec internet",
                "reading": "Difficulté à lire ou à écrire",
                "moving": "Envie ou besoin de déménager",
            },
        ),
        choice(
            "keeps_home",
            "La personne peut-elle garder son logement ?",
            yes="Oui",
            help="Oui, avec de l’aide",
            risk="C’est compromis",
            unknown="Trop tôt pour le dire",
        ),
        words("tried", "Ce qui a déjà été essayé, et avec qui"),
        words("strengths", "Sur quoi et sur qui peut-elle compter ?"),
        choice(
            "danger",
            "Un danger proche ?",
            none="Rien ne l’indique",
            doubt="Un doute, à partager vite",
            now="Oui : les secours sont prévenus",
        ),
    ),
)

AGREED = Section(
    "agreed",
    "Se mettre d’accord",
    (
        words("wanted", "Ce que la personne veut voir changer en premier"),
        words("her_part", "Ce qu’elle fera"),
        words("our_part", "Ce que nous ferons"),
        several(
            "partners",
            "Partenaires qu’elle accepte de rencontrer",
            {
                "social": "CCAS, CPAS, service social",
                "debt": "Conseil budget, médiation de dettes",
                "health": "Médecin, soignants",
                "mental": "Service de santé mentale",
                "violence": "Association d’aide aux victimes",
                "isolation": "Association de visites",
                "rights": "Accès aux droits",
                "family": "Soutien à la famille",
                "none": "Aucun pour l’instant",
            },
        ),
        choice(
            "consent",
            "Accord pour en parler à ces partenaires",
            yes="Oui, expliqué et donné",
            later="À reprendre",
            no="Non",
        ),
        line("reach", "Comment la recontacter sans risque", "Moyen, heures, mots à employer."),
        date_of("next_on", "Prochain contact"),
    ),
)

VERSIONS: Final = (
    Grid(
        "tenant",
        1,
        "Guide d’entretien avec un locataire",
        "Quand quelque chose inquiète, ou que le contact se renoue : écouter, comprendre, se mettre d’accord.",
        (OPENING, TODAY, AGREED),
    ),
)
