"""The arrival interview: the first talk with a household that has just come in, in the weeks after the keys."""

from typing import Final

from maillage.surveys.definition import Grid, Section, choice, date_of, line, number, several, words

DONE: Final = {"done": "Fait", "to_do": "À faire", "help": "À faire avec de l’aide", "not": "Sans objet"}

MEETING = Section(
    "meeting",
    "L’entretien",
    (
        date_of("met_on", "Date de l’entretien"),
        choice("where", "Où ?", home="Au domicile", office="Au bureau", phone="Par téléphone", other="Ailleurs"),
        date_of("moved_on", "Date d’entrée dans le logement"),
        number("people", "Personnes qui vivent dans le logement", most=20),
        line("language", "Langue dans laquelle la personne est à l’aise", "Avec quel interprète, s’il en faut un."),
        several(
            "reading",
            "Ce qui facilite les échanges",
            {
                "call": "Préfère le téléphone",
                "visit": "Préfère qu’on passe",
                "sms": "Lit les messages courts",
                "letters": "Lit les courriers",
                "help": "Se fait lire les courriers",
                "online": "Fait ses démarches en ligne",
            },
        ),
    ),
    "Deux à six semaines après l’entrée. Expliquez d’abord à quoi sert l’entretien et qui lira ces notes.",
)

SETTLING = Section(
    "settling",
    "L’installation",
    (
        choice("energy_contract", "Contrats d’énergie et d’eau au nom du ménage", **DONE),
        choice("home_insurance", "Assurance habitation ou incendie", **DONE),
        choice("address", "Changement d’adresse", "Commune, employeur, école, organismes.", **DONE),
        choice("housing_benefit", "Aide au logement demandée", **DONE),
        choice("inventory", "État des lieux relu ensemble", **DONE),
        choice("furniture", "Mobilier et équipement de base", **DONE),
        words("settling_note", "Ce qui manque, ce qui ne fonctionne pas"),
    ),
)

LIVING = Section(
    "living",
    "Habiter ici",
    (
        several(
            "explained",
            "Expliqué pendant l’entretien",
            {
                "rent": "Avis d’échéance, dates et moyens de payer",
                "charges": "Charges, provisions, régularisation",
                "repairs": "Qui répare quoi, comment le demander",
                "air": "Aérer, chauffer, éviter l’humidité",
                "waste": "Tri et encombrants",
                "rules": "Règlement intérieur, bruit",
                "people": "Gardien ou concierge, voisins",
                "emergency": "Numéros en cas d’urgence",
            },
        ),
        choice(
            "payment",
            "Paiement du loyer",
            debit="Prélèvement ou ordre permanent",
            transfer="Virement",
            counter="Au guichet",
            third="Par un tiers",
            undecided="Pas encore décidé",
        ),
        choice(
            "budget",
            "Le budget des prochains mois",
            calm="Sans inquiétude",
            tight="Serré",
            hard="Difficile",
            unknown="Non abordé",
        ),
        choice(
            "neighbours",
            "Les premiers contacts avec le voisinage",
            good="Bons",
            none="Pas encore",
            tense="Déjà tendus",
            unknown="Non abordé",
        ),
        words("wishes", "Ce que la personne apprécie, ce qu’elle voudrait changer", "Avec ses mots."),
    ),
)

NEXT = Section(
    "next",
    "La suite",
    (
        several(
            "worries",
            "Sujets à suivre",
            {
                "money": "Budget, dettes",
                "health": "Santé",
                "mental": "Santé mentale",
                "family": "Famille, enfants, école",
                "alone": "Isolement",
                "work": "Emploi, formation",
                "papers": "Démarches, accès aux droits",
                "dwelling": "Logement : technique, occupation",
                "none": "Rien de particulier",
            },
        ),
        words("agreed", "Ce qui est convenu : qui fait quoi, et quand ?"),
        choice("agrees", "La personne souhaite-t-elle être recontactée ?", yes="Oui", later="Plus tard", no="Non"),
        date_of("next_on", "Prochain contact"),
    ),
)

VERSIONS: Final = (
    Grid(
        "arrival",
        1,
        "Entretien d’accueil",
        "Quelques semaines après la remise des clés : installation, usages, premiers soucis, ce qui est convenu.",
        (MEETING, SETTLING, LIVING, NEXT),
    ),
)
