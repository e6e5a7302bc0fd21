"""Who may open which page of the handoff, and what each answer page refuses."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.accounts import make_user
from factories.pages import Visitor, readable
from factories.referrals import PATHS, SECRETS, Town, do, make_referral, make_situation, stored
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session
from maillage.referrals import service
from maillage.referrals.states import Event, State
from maillage.referrals.views.answering import ACTIONS, SLUGS

PAGES = ("", *(f"/{slug}" for slug in SLUGS), "/confier")


def test_a_foreign_referral_is_like_an_unknown_one(app: Flask, town: Town) -> None:
    stranger, referral_id = Visitor(app, town.stranger), make_referral(town, State.ACCEPTED)
    for page in PAGES:
        foreign = stranger.get(f"/orientations/{referral_id}{page}", status=404)
        unknown = stranger.get(f"/orientations/{UUID(int=7)}{page}", status=404)
        assert readable(foreign) == readable(unknown)
    for gesture in ("messages", "identite", "accepter", "confier"):
        stranger.post(f"/orientations/{referral_id}/{gesture}", status=404, text="Bonjour")


def test_a_foreign_situation_is_like_an_unknown_one(app: Flask, receiver: Visitor, town: Town) -> None:
    situation_id = stored(make_referral(town, State.ACCEPTED)).situation_id
    for visitor in (Visitor(app, town.stranger), receiver):
        visitor.get(f"/situations/{situation_id}", status=404)
        for step in ("", "/besoin", "/personne", "/partenaires", "/verifier", "/supprimer"):
            visitor.get(f"/orienter/{situation_id}{step}", status=404)
        visitor.post(f"/orienter/{situation_id}/supprimer", status=404)
        visitor.post(f"/orienter/{situation_id}/ajouter", status=404, service_id=str(town.service.id))


def test_a_draft_does_not_exist_for_its_receiver(receiver: Visitor, town: Town) -> None:
    receiver.get(f"/orientations/{make_referral(town, State.DRAFT)}", status=404)


def test_nobody_comes_in_without_signing_in(app: Flask, town: Town) -> None:
    anonymous = app.test_client()
    for path in ("/orienter", "/mes-orientations", "/boite-partagee", "/a-traiter", f"/orientations/{UUID(int=7)}"):
        answer = anonymous.get(path)
        assert answer.status_code == 303
        assert "/connexion" in answer.location


def test_a_role_without_referrals_is_told_so(app: Flask, town: Town) -> None:
    lead = Visitor(app, town.landlord, make_user(town.landlord.org, ("lead",)))
    for path in ("/orienter", "/mes-orientations", "/boite-partagee", "/a-traiter"):
        lead.get(path, status=403)


@pytest.mark.parametrize("state", [State.DRAFT, *PATHS])
def test_each_side_is_offered_what_the_table_allows(
    sender: Visitor, receiver: Visitor, town: Town, state: State
) -> None:
    referral_id = make_referral(town, state)
    for visitor, actor in ((sender, town.landlord.actor), (receiver, town.association.actor)):
        if state is State.DRAFT and visitor is receiver:
            continue
        choices = service.open_referral(actor, referral_id=referral_id).choices
        page = visitor.get(f"/orientations/{referral_id}")
        for action in ACTIONS:
            path = f"/orientations/{referral_id}/{action.slug}"
            assert (f'href="{path}"' in page) == (action.event in choices), action
            if action.event in choices:
                assert "Ce qui va se passer" in visitor.get(path)
            else:
                assert visitor.client.get(path).location == f"/orientations/{referral_id}"


BAD_ANSWERS: list[tuple[State, str, dict[str, Any], str, str]] = [
    (State.SEEN, "accepter", {"date": "2999-01-01"}, "contact", "Indiquez la personne à contacter chez vous."),
    (State.SEEN, "accepter", {"contact": "Samira"}, "date", "Indiquez la date du premier rendez-vous, ou un délai."),
    (State.SEEN, "accepter", {"contact": "Samira", "date": "demain"}, "date", "Indiquez une date, par exemple"),
    (State.SEEN, "demander-une-precision", {}, "question", "Écrivez votre question."),
    (State.SEEN, "mettre-en-attente", {"estimate": "6 semaines"}, "review_on", "Indiquez quand vous referez le point."),
    (
        State.SEEN,
        "mettre-en-attente",
        {"estimate": "6 semaines", "review_on": "2001-01-01"},
        "review_on",
        "Choisissez une date à venir.",
    ),
    (State.SEEN, "decliner", {}, "reason", "Indiquez le motif."),
    (State.SEEN, "decliner", {"reason": "because"}, "reason", "Choisissez l’une des réponses proposées."),
    (State.SEEN, "decliner", {"reason": "other", "note": ""}, "note", "Précisez le motif."),
    (State.SEEN, "decliner", {"reason": "no_capacity", "note": "a" * 4001}, "note", "4000 caractères au plus."),
    (State.ACCEPTED, "commencer", {"date": "2999-01-01"}, "date", "Le premier contact a déjà eu lieu"),
    (State.IN_PROGRESS, "clore", {}, "outcome", "Choisissez un bilan."),
]


@pytest.mark.parametrize(("state", "slug", "given", "field", "message"), BAD_ANSWERS)
def test_a_bad_answer_is_refused_beside_its_field(
    receiver: Visitor, town: Town, state: State, slug: str, given: dict[str, Any], field: str, message: str
) -> None:
    referral_id = make_referral(town, state)
    page = receiver.refused(f"/orientations/{referral_id}/{slug}", **({"note": "Un mot gardé."} | given))
    assert f'id="{field}-error"' in page
    assert message in page
    if "note" not in given and slug != "demander-une-precision":
        assert "Un mot gardé." in page
    assert stored(referral_id).state == state


def test_a_cancellation_gives_its_reason(sender: Visitor, town: Town) -> None:
    referral_id = make_referral(town)
    assert "Indiquez le motif." in sender.refused(f"/orientations/{referral_id}/annuler")


def test_an_empty_message_is_refused_and_a_long_one_kept(sender: Visitor, town: Town) -> None:
    path = f"/orientations/{make_referral(town)}/messages"
    assert "Écrivez votre message." in sender.refused(path, text="  ")
    assert "é" * 4001 in sender.refused(path, text="é" * 4001)


def test_an_answer_to_a_page_that_has_aged_changes_nothing(receiver: Visitor, town: Town) -> None:
    """A colleague asked a question meanwhile: accepting would still be possible, but not unread."""
    referral_id = make_referral(town, State.SEEN)
    path = f"/orientations/{referral_id}/accepter"
    stale = str(stored(referral_id).version)
    do(town, referral_id, Event.ASK_INFO)
    page = receiver.refused(path, status=409, version=stale, contact="Samira", estimate="10 jours")
    assert "a changé entre-temps" in page
    assert 'value="Samira"' in page
    assert stored(referral_id).state == State.INFO_REQUESTED


def test_a_second_press_finds_the_answer_given(receiver: Visitor, town: Town) -> None:
    referral_id = make_referral(town, State.SEEN)
    path = f"/orientations/{referral_id}/decliner"
    assert receiver.go(path, reason="out_of_area") == receiver.go(path, reason="out_of_area")
    assert "n’est plus possible" in readable(receiver.get(f"/orientations/{referral_id}"))


def test_every_look_at_the_identity_leaves_a_trace(receiver: Visitor, town: Town) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    looks = select(func.count()).where(AuditEntry.action == "referral.reveal")
    receiver.get(f"/orientations/{referral_id}")
    assert session().scalar(looks) == 0
    for times in (1, 2):
        receiver.post(f"/orientations/{referral_id}/identite", status=200)
        session().rollback()
        assert session().scalar(looks) == times
    assert receiver.client.get(f"/orientations/{referral_id}/identite").status_code == 405


@pytest.mark.parametrize("state", [State.SEEN, State.WAITLISTED, State.DECLINED, State.CANCELLED])
def test_before_acceptance_nothing_opens_the_identity(receiver: Visitor, town: Town, state: State) -> None:
    referral_id = make_referral(town, state)
    page = receiver.post(f"/orientations/{referral_id}/identite", status=403).text
    assert not any(secret in page for secret in SECRETS)
    assert "/identite" not in receiver.get(f"/orientations/{referral_id}")


def test_only_a_member_can_be_entrusted(receiver: Visitor, sender: Visitor, town: Town) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    path = f"/orientations/{referral_id}/confier"
    for nobody in ("", "x", str(town.stranger.user.id)):
        assert 'id="user_id-error"' in receiver.refused(path, user_id=nobody)
    sender.get(path, status=403)


def test_sent_situations_are_not_thrown_away(sender: Visitor, town: Town) -> None:
    situation_id = stored(make_referral(town)).situation_id
    sender.post(f"/orienter/{situation_id}/supprimer", status=409)
    draft = make_situation(town.landlord.actor)
    sender.get(f"/situations/{draft}")
