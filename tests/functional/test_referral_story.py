"""The handoff on the pages, as two people on two browsers: from the need to the outcome."""

import re
from datetime import timedelta

from flask import Flask

from factories.pages import Visitor, hidden_version, readable
from factories.referrals import (
    ASKED,
    FIRST_NAME,
    LAST_NAME,
    NEED,
    NEED_STEP,
    PHONE,
    SECRETS,
    Town,
    make_referral,
    stored,
)
from maillage.kernel import clock
from maillage.referrals.states import State

PERSON_STEP = {
    "first_name": FIRST_NAME,
    "last_name": LAST_NAME,
    "phone": PHONE,
    "allowed": "yes",
    "channels": ["phone"],
    "hours": "le matin",
    "words": "De la part du bailleur.",
}
PARTNERS_STEP = {"mode": "first_accepts", "sharing_level": "standard"}


def orient(sender: Visitor, town: Town) -> str:
    """Send a new situation to the association through the four steps; the address of the referral."""
    person = sender.go(f"/orienter?service_id={town.service.id}", **(NEED_STEP | {"urgency": "urgent"}))
    partners = sender.go(person, **PERSON_STEP)
    verify = sender.go(partners, service_ids=[str(town.service.id)], **PARTNERS_STEP)
    page = sender.get(verify)
    today = clock.today().isoformat()
    return sender.go(
        verify, version=hidden_version(page), basis="consent", informed_on=today, given_on=today, language="fr"
    )


def test_from_need_to_outcome(sender: Visitor, receiver: Visitor, town: Town) -> None:
    referral = orient(sender, town)
    assert "Envoyée à" in readable(sender.get(referral))
    assert "Réponse attendue avant le" in readable(sender.get("/mes-orientations"))

    line = readable(receiver.get("/boite-partagee"))
    assert "Isolement des personnes âgées" in line
    assert "Béthune" in line
    assert ASKED in line
    before = receiver.get(referral)
    assert ASKED in readable(before)
    assert not any(secret in before for secret in SECRETS if secret != ASKED)
    assert "a lu votre orientation" in readable(sender.get(referral))

    receiver.go(f"{referral}/demander-une-precision", question="Depuis quand ?")
    assert "Depuis quand ?" in readable(sender.get(referral))
    sender.go(f"{referral}/repondre", answer="Depuis novembre.")
    assert "Depuis novembre." in readable(receiver.get(referral))

    soon = clock.today() + timedelta(days=5)
    receiver.go(f"{referral}/accepter", contact="Samira, équipe mobile", date=soon.isoformat())
    told = readable(sender.get(referral))
    assert "a accepté" in told
    assert "Premier rendez-vous le" in told
    assert "Samira, équipe mobile" in told

    covered = receiver.get(referral)
    assert LAST_NAME not in covered
    shown = readable(receiver.post(f"{referral}/identite", status=200).text)
    assert f"{FIRST_NAME} {LAST_NAME}" in shown
    assert PHONE in shown
    assert NEED in shown
    assert town.association.user.name in readable(sender.get(referral)).split("Qui a lu l’identité")[1]

    receiver.go(f"{referral}/messages", text="Nous passons mardi.")
    assert "Nous passons mardi." in readable(sender.get(referral))
    receiver.go(f"{referral}/commencer")
    assert "accompagne la personne" in readable(sender.get(referral))
    receiver.go(f"{referral}/clore", outcome="covered", note="Elle est retournée au marché.")
    end = readable(sender.get(referral))
    assert "besoin couvert" in end
    assert "Elle est retournée au marché." in end
    assert "Terminée" in readable(sender.get("/mes-orientations"))


def test_a_refusal_leads_to_other_partners(sender: Visitor, receiver: Visitor, town: Town) -> None:
    referral = orient(sender, town)
    receiver.go(f"{referral}/decliner", reason="no_capacity", note="Équipe complète jusqu’en mars.")
    page = sender.get(referral)
    assert "plus de place actuellement" in readable(page)
    assert "Équipe complète jusqu’en mars." in readable(page)
    assert "Orienter vers un autre partenaire" in readable(page)
    assert "/recherche?t=elderly-isolation" in page
    assert "place=commune:62119" in page or "place=commune%3A62119" in page


def test_a_second_partner_for_the_same_situation(sender: Visitor, town: Town) -> None:
    referral = stored(make_referral(town, State.DECLINED))
    partners = f"/orienter/{referral.situation_id}/partenaires"
    assert partners in sender.get(f"/situations/{referral.situation_id}")
    verify = sender.go(partners, service_ids=[str(town.other_service.id)], **PARTNERS_STEP)
    page = sender.get(verify)
    again = sender.go(verify, version=hidden_version(page), basis="concertation", legal_text="CCAPEX")
    assert town.other_association.org.name in readable(sender.get(again))
    situation = readable(sender.get(f"/situations/{referral.situation_id}"))
    assert "Déclinée" in situation
    assert "Envoyée" in situation


def test_a_waiting_list_then_an_acceptance(sender: Visitor, receiver: Visitor, town: Town) -> None:
    referral = orient(sender, town)
    later = clock.today() + timedelta(days=30)
    receiver.go(f"{referral}/mettre-en-attente", estimate="6 semaines", review_on=later.isoformat())
    assert "Délai approximatif : 6 semaines" in readable(sender.get(referral))
    receiver.go(f"{referral}/accepter", contact="Samira", estimate="sous huit jours")
    assert "Premier contact : sous huit jours" in readable(sender.get(referral))


def test_a_cancellation_after_work_began_waits_for_the_receiver(sender: Visitor, receiver: Visitor, town: Town) -> None:
    referral_id = make_referral(town, State.IN_PROGRESS)
    sender.go(f"/orientations/{referral_id}/annuler", reason="La famille s’en occupe.")
    assert "doit la confirmer" in readable(sender.get(f"/orientations/{referral_id}"))
    assert "Annulation demandée" in readable(receiver.get("/boite-partagee"))
    receiver.go(f"/orientations/{referral_id}/confirmer-l-annulation")
    assert "Annulée" in readable(sender.get(f"/orientations/{referral_id}"))


def test_a_wrong_recipient_reads_nothing_more(sender: Visitor, receiver: Visitor, town: Town) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    sender.go(f"/orientations/{referral_id}/erreur-de-destinataire")
    page = receiver.get(f"/orientations/{referral_id}")
    assert not any(secret in page for secret in SECRETS)
    assert "envoyée par erreur" in readable(page)
    receiver.post(f"/orientations/{referral_id}/identite", status=403)


def today() -> dict[str, str]:
    return {"informed_on": clock.today().isoformat(), "given_on": clock.today().isoformat(), "language": "fr"}


def test_a_relay_on_the_pages(app: Flask, sender: Visitor, receiver: Visitor, town: Town) -> None:
    referral = f"/orientations/{make_referral(town, State.ACCEPTED)}"
    partner = Visitor(app, town.other_association)
    page = receiver.get(f"{referral}/passer-le-relais")
    assert "sans lire vos échanges" in readable(page)
    chosen = {"service_id": str(town.other_service.id), "sharing_level": "minimal"}
    found = receiver.post(f"{referral}/passer-le-relais", status=200, search="1", q="isolement", **chosen).text
    assert f'value="{town.other_service.id}"' in found
    assert "Indiquez la date" in receiver.refused(f"{referral}/passer-le-relais", **chosen)
    assert "Choisissez un partenaire" in receiver.refused(f"{referral}/passer-le-relais", **today())
    receiver.go(f"{referral}/passer-le-relais", **chosen, **today())
    told = readable(sender.get(referral)).replace("\u00a0", " ")
    assert f"Relayée à {town.other_association.org.name} : envoyée" in told

    (line,) = set(re.findall(r'href="(/orientations/[0-9a-f-]{36})"', partner.get("/boite-partagee")))
    partner.go(f"{line}/accepter", contact="Léa", estimate="demain")
    sender.get(line, status=404)
    assert "acceptée" in readable(sender.get(referral))
    assert "L’orientation d’origine" in readable(receiver.get(line))
    assert "origine" not in readable(partner.get(line))


def test_a_proposal_is_sent_by_who_sent_first(sender: Visitor, receiver: Visitor, town: Town) -> None:
    referral = f"/orientations/{make_referral(town, State.SEEN)}"
    receiver.go(f"{referral}/reorienter", service_id=str(town.other_service.id), note="Plus près de chez elle.")
    page = sender.get(referral)
    assert "vous propose un autre partenaire" in readable(page)
    assert "Plus près de chez elle." in readable(page)
    (draft,) = set(re.findall(r'href="(/orientations/[^"/]+)"', page)) - {referral}
    assert "Indiquez la date" in sender.refused(f"{draft}/envoyer")
    sender.go(f"{draft}/envoyer", **today())
    assert f"Envoyée à {town.other_association.org.name}" in readable(sender.get(draft))


def test_a_withdrawn_consent_on_the_pages(sender: Visitor, receiver: Visitor, town: Town) -> None:
    referral = f"/orientations/{make_referral(town, State.IN_PROGRESS)}"
    receiver.go(f"{referral}/retirer-l-accord")
    assert "Accord retiré" in readable(sender.get(referral))
    receiver.post(f"{referral}/identite", status=403)
