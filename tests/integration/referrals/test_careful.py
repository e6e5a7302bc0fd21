"""Care in what is written, shown and refused: forbidden text, safe contact, steps that are no longer possible."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.accounts import bearer
from factories.pages import Visitor, readable
from factories.referrals import (
    NEED,
    PHONE,
    Town,
    do,
    make_referral,
    make_situation,
    send,
    situation_input,
    stored,
    terms,
)
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict
from maillage.referrals import queries, service
from maillage.referrals.codes import Side
from maillage.referrals.content import Details
from maillage.referrals.models import ReferralEvent
from maillage.referrals.screening import NUMBER, OFFENCE
from maillage.referrals.states import Event, State

NIR = "2 69 05 49 588 157 80"  # made up, with the right check digits


@pytest.mark.parametrize(("text", "why"), [(f"Sécu {NIR}.", NUMBER), ("Il est en prison.", OFFENCE)])
def test_forbidden_text_is_refused_beside_its_field_and_kept_as_typed(
    town: Town, sender: Visitor, receiver: Visitor, app: Flask, text: str, why: str
) -> None:
    situation_id = make_situation(town.landlord.actor)
    page = sender.refused(
        f"/orienter/{situation_id}/besoin", route="maintien", themes=["elderly-isolation"], commune="Béthune",
        age_band="75_plus", household="alone", asked="Des visites.", need=text, urgency="normal",
    )  # fmt: skip
    assert 'id="need-error"' in page and why in page and text in page
    referral_id = make_referral(town)
    assert why in receiver.refused(f"/orientations/{referral_id}/demander-une-precision", question=text)
    assert why in sender.refused(f"/orientations/{referral_id}/messages", text=text)
    client, headers = app.test_client(), bearer(town.landlord.user, town.landlord.org)
    given = situation_input(safe_contact={"hours": text}).model_dump(mode="json", exclude_unset=True)
    refused = client.post("/api/v1/situations", json=given, headers=headers)
    assert (refused.status_code, why in str(refused.json), text in refused.text) == (422, True, False)
    assert (
        client.post(f"/api/v1/referrals/{referral_id}/messages", json={"text": text}, headers=headers).status_code
        == 422
    )


def test_a_card_from_a_small_commune_names_what_surrounds_it(town: Town, sender: Visitor, receiver: Visitor) -> None:
    """Hersin-Coupigny has thousands of people, Vaudricourt hundreds: an elderly person alone would be known there."""
    situation_id = make_situation(town.landlord.actor, commune="62836")
    (sent,) = service.refer(
        town.landlord.actor, situation_id=situation_id, service_ids=[town.service.id], terms=terms()
    )
    for page in ("/boite-partagee", f"/orientations/{sent.id}", f"/orientations/{sent.id}/reorienter"):
        shown = readable(receiver.get(page))
        assert "Vaudricourt" not in shown
    assert "CA de Béthune-Bruay" in readable(receiver.get(f"/orientations/{sent.id}"))
    view = queries.referral_view(session(), town.association.actor, sent.id)
    assert view.card is not None and view.card.commune_code == ""
    assert "Vaudricourt" in readable(sender.get(f"/situations/{situation_id}"))


@pytest.mark.parametrize(
    ("safe", "first", "links"),
    [
        ({"allowed": False}, "Ne contactez jamais cette personne directement", []),
        ({"channels": ["sms"], "hours": "le matin"}, "Seulement par : SMS", ["sms:"]),
        ({"channels": ["phone"], "words": "De la part du bailleur."}, "Seulement par : téléphone", ["tel:"]),
        ({"channels": ["email", "via_sender"]}, "Seulement par : e-mail, par le prescripteur", ["mailto:"]),
        ({}, "Aucune précaution signalée", ["tel:", "mailto:"]),
    ],
)
def test_how_to_reach_the_person_comes_first_and_nothing_else_is_offered(
    town: Town, sender: Visitor, receiver: Visitor, safe: dict[str, Any], first: str, links: list[str]
) -> None:
    person = {"first_name": "Odile", "phone": PHONE, "email": "odile@exemple.fr"}
    situation_id = make_situation(town.landlord.actor, safe_contact=safe, person=person)
    (sent,) = service.refer(
        town.landlord.actor, situation_id=situation_id, service_ids=[town.service.id], terms=terms()
    )
    do(town, sent.id, Event.ACCEPT)
    shown = [receiver.post(f"/orientations/{sent.id}/identite", status=200).text]
    shown.append(sender.get(f"/situations/{situation_id}"))
    for page in shown:
        covered = page[page.index("data-cover-seconds") :]
        covered = covered[: covered.index("</details>")]
        words = readable(covered)
        assert 0 <= words.index(first) < words.index("Odile")
        assert {kind for kind in ("tel:", "sms:", "mailto:") if f'href="{kind}' in covered} == set(links)
    if not safe.get("allowed", True):
        assert PHONE not in shown[0]


@pytest.mark.parametrize("how", ["page", "api"])
def test_a_step_that_is_no_longer_possible_changes_nothing_and_is_journalled(
    town: Town, receiver: Visitor, app: Flask, how: str
) -> None:
    referral_id = make_referral(town, State.SEEN)
    version = stored(referral_id).version
    do(town, referral_id, Event.ASK_INFO)
    told = select(func.count()).where(ReferralEvent.referral_id == referral_id)
    before, steps = stored(referral_id).version, session().scalar(told)
    if how == "page":
        page = receiver.refused(
            f"/orientations/{referral_id}/accepter", status=409, version=str(version), contact="Léa", estimate="demain"
        )
        assert "Rechargez la page" in page
    else:
        answer = app.test_client().post(
            f"/api/v1/referrals/{referral_id}/events",
            json={"event": "start"},
            headers=bearer(town.association.user, town.association.org),
        )
        assert (answer.status_code, answer.json and answer.json["detail"]) == (
            409,
            "Cette action n’est plus possible : l’orientation a changé d’étape.",
        )
    session().rollback()
    assert (stored(referral_id).version, session().scalar(told)) == (before, steps)
    refusals = select(AuditEntry.details).where(
        AuditEntry.action == "referral.refused", AuditEntry.subject_id == referral_id
    )
    assert session().scalars(refusals).all() == [{"event": "accept" if how == "page" else "start"}]


def test_a_stranger_who_tries_leaves_no_trace_in_a_referral_that_is_not_theirs(town: Town) -> None:
    referral_id = make_referral(town)
    with pytest.raises(Exception, match="introuvable"):
        service.act(town.stranger.actor, referral_id=referral_id, event=Event.START, details=Details())
    with pytest.raises(Conflict):
        service.act(town.association.actor, referral_id=referral_id, event=Event.START, details=Details())
    assert session().scalar(select(func.count()).where(AuditEntry.action == "referral.refused")) == 1


def test_no_answer_is_never_counted_as_a_refusal(town: Town) -> None:
    expired, declined = send(town)[0].id, make_referral(town, State.DECLINED)
    row = stored(expired)
    assert row.expires_on is not None
    service.expire_due(datetime.combine(row.expires_on + timedelta(days=1), time(12), UTC))
    states = {line.id: line.state for line in queries.inbox(session(), town.landlord.actor, box=Side.SENDER).rows}
    assert states == {expired: State.EXPIRED, declined: State.DECLINED}
    assert (stored(expired).answered_at, stored(expired).decline_reason) == (None, None)
    assert NEED not in repr(states)
