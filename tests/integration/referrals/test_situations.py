"""Writing a situation down step by step, and choosing partners before sending."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.accounts import make_organization
from factories.directory import make_service
from factories.referrals import (
    ASKED,
    NEED,
    Town,
    do,
    make_referral,
    make_side,
    make_situation,
    send,
    situation_input,
    stored,
    terms,
)
from maillage.kernel import clock
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.referrals import queries, service
from maillage.referrals.content import SituationInput
from maillage.referrals.models import Referral
from maillage.referrals.states import Event, State


def view(town: Town, situation_id: Any) -> queries.SituationView:
    return queries.situation_view(session(), town.landlord.actor, situation_id)


def test_a_draft_grows_step_by_step_and_says_what_is_missing(town: Town) -> None:
    me = town.landlord.actor
    kept = service.create_situation(me, given=SituationInput(need=NEED))
    assert kept.status == "draft"
    assert "person.first_name" in view(town, kept.id).missing
    given = situation_input().model_dump(exclude={"need", "asked"})
    later = service.update_situation(me, situation_id=kept.id, given=SituationInput(**given), version=kept.version)
    assert (later.status, later.version) == ("ready", 2)
    found = view(town, kept.id)
    assert found.content.need == NEED
    assert found.content.person.first_name == "Odile"
    assert found.missing == {}
    cleared = service.update_situation(me, situation_id=kept.id, given=SituationInput(commune=""))
    assert cleared.status == "draft"
    assert list(view(town, kept.id).missing) == ["commune"]


def test_a_stale_draft_is_not_overwritten(town: Town) -> None:
    me, situation_id = town.landlord.actor, make_situation(town.landlord.actor)
    service.update_situation(me, situation_id=situation_id, given=SituationInput(asked="Autre chose"), version=1)
    with pytest.raises(Conflict):
        service.update_situation(me, situation_id=situation_id, given=SituationInput(asked="Perdu"), version=1)
    assert view(town, situation_id).content.asked == "Autre chose"


def test_a_situation_is_its_organisations_own(town: Town) -> None:
    situation_id = make_situation(town.landlord.actor)
    assert queries.situation_view(session(), town.landlord.colleague("referent"), situation_id).content.asked == ASKED
    for other in (town.landlord.colleague("colleague"), town.association.actor, town.stranger.actor):
        with pytest.raises(NotFound):
            queries.situation_view(session(), other, situation_id)
        with pytest.raises(NotFound):
            service.update_situation(other, situation_id=situation_id, given=SituationInput(asked="Intrus"))
        with pytest.raises(NotFound):
            service.refer(other, situation_id=situation_id, service_ids=[town.service.id], terms=terms())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"themes": ["astrology"]}, "themes"),
        ({"commune": "Nulle-Part-sur-Rien"}, "commune"),
        ({"person": {"birth_date": "2999-01-01"}}, "person.birth_date"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(town: Town, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        service.create_situation(town.landlord.actor, given=SituationInput.model_validate(wrong))
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(("typed", "code"), [("62119", "62119"), ("béthune", "62119"), ("Vierzon", "18279")])
def test_a_commune_is_typed_as_people_do(town: Town, typed: str, code: str) -> None:
    kept = service.create_situation(town.landlord.actor, given=SituationInput(commune=typed))
    assert view(town, kept.id).commune_code == code


def test_a_draft_can_be_thrown_away_with_its_key_until_it_was_sent(town: Town) -> None:
    me = town.landlord.actor
    prepared = stored(make_referral(town, State.DRAFT)).situation_id
    service.delete_draft(me, situation_id=prepared)
    with pytest.raises(NotFound):
        view(town, prepared)
    assert session().scalar(select(func.count()).select_from(ContentKey)) == 0
    sent = stored(make_referral(town)).situation_id
    with pytest.raises(Conflict):
        service.delete_draft(me, situation_id=sent)


def test_a_prepared_referral_does_not_exist_for_its_receiver(town: Town) -> None:
    referral_id = make_referral(town, State.DRAFT)
    with pytest.raises(NotFound):
        queries.referral_view(session(), town.association.actor, referral_id)
    do(town, referral_id, Event.SEND)
    assert queries.referral_view(session(), town.association.actor, referral_id).state is State.SENT


def test_an_incomplete_situation_is_prepared_but_not_sent(town: Town) -> None:
    me = town.landlord.actor
    situation_id = service.create_situation(me, given=SituationInput(need=NEED)).id
    wanted = {"situation_id": situation_id, "service_ids": [town.service.id], "terms": terms()}
    (draft,) = service.refer(me, **wanted, draft=True)
    for attempt in (lambda: service.refer(me, **wanted), lambda: do(town, draft.id, Event.SEND)):
        with pytest.raises(Invalid) as refused:
            attempt()
        lacking = {"route", "themes", "commune", "age_band", "household", "person.first_name"}
        assert set(refused.value.fields) == lacking
    assert stored(draft.id).state == State.DRAFT


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"deadline": "2020-01-01"}, "deadline"),
        ({"deadline": "2999-01-01"}, "deadline"),
        ({"consent": {}}, "consent.given_on"),
        ({"consent": {"informed_on": "2020-01-01"}}, "consent.given_on"),
        ({"consent": {"informed_on": "2020-01-01", "given_on": "2999-01-01"}}, "consent.given_on"),
        (
            {"consent": {"informed_on": "2020-01-01", "given_on": "2020-01-01", "expires_on": "2020-06-01"}},
            "consent.expires_on",
        ),
    ],
)
def test_terms_that_cannot_be_are_refused(town: Town, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        send(town, **wrong)
    assert field in refused.value.fields
    assert session().scalar(select(func.count()).select_from(Referral)) == 0


def test_another_legal_basis_needs_no_consent(town: Town) -> None:
    (sent,) = send(town, basis="legal_duty", consent={})
    assert stored(sent.id).consent_given_on is None


def test_services_that_cannot_receive_are_refused(town: Town) -> None:
    me, situation_id = town.landlord.actor, make_situation(town.landlord.actor)
    closed = make_service(town.association.org, accepts_referrals=False)
    unvetted = make_service(make_organization(status="pending"))
    draft = make_service(town.association.org, status="draft")
    own = make_service(town.landlord.org)
    refused: list[list[Any]] = [[], [uuid4()], [closed.id], [unvetted.id], [draft.id], [own.id]]
    for wanted in (*refused, [town.service.id, own.id]):
        with pytest.raises(Invalid) as problem:
            service.refer(me, situation_id=situation_id, service_ids=wanted, terms=terms())
        assert list(problem.value.fields) == ["service_ids"]
    assert session().scalar(select(func.count()).select_from(Referral)) == 0


def test_an_organisation_that_is_not_vetted_sends_nothing(app: Flask) -> None:
    pending = make_side("landlord", "referent", status="pending")
    with pytest.raises(Forbidden):
        service.create_situation(pending.actor, given=situation_input())


@pytest.mark.parametrize(("urgency", "days"), [("normal", 15), ("urgent", 3), ("emergency", 1)])
def test_the_usual_delay_depends_on_the_urgency(town: Town, urgency: str, days: int) -> None:
    (sent,) = send(town, urgency=urgency)
    day, counted = clock.today(), 0
    while counted < days:
        day += timedelta(days=1)
        counted += day.weekday() < 5
    assert stored(sent.id).deadline == stored(sent.id).expires_on == day
