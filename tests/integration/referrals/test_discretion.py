"""What a side may not learn, nor read for longer than it should."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select

from factories.accounts import actor_of, bearer, join
from factories.pages import Visitor, readable
from factories.referrals import ASKED, Town, do, make_referral, send, situation_input, stored
from maillage.kernel import audit, clock, jobs
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.notifications.models import Notification
from maillage.referrals import queries, service
from maillage.referrals.codes import Side
from maillage.referrals.states import Event, State


def as_read(town: Town, referral_id: UUID) -> tuple[object, ...]:
    """Everything that tells the receiver of how it ended, its own ids and moments left out."""
    actor = town.other_association.actor
    view = queries.referral_view(session(), actor, referral_id)
    steps = [
        (step.event, step.from_state, step.to_state, step.side, step.org_name, step.user_name, step.facts, step.words)
        for step in queries.history(session(), actor, referral_id)
    ]
    assert [(it.event, it.user_name, it.words) for it in view.timeline] == [(it[0], it[5], it[7]) for it in steps]
    told = select(Notification.kind, Notification.urgent).where(
        Notification.about == referral_id, Notification.email == town.other_association.user.email
    )
    return (view.state, view.status, view.choices, tuple(steps), tuple(session().execute(told).all()))


def test_withdrawn_because_another_was_first_looks_like_any_cancellation(town: Town, app: Flask) -> None:
    mine, theirs = send(town, town.service, town.other_service, mode="first_accepts")
    other = send(town, town.other_service)[0]
    jobs.drain()
    session().execute(delete(Notification))
    session().commit()
    do(town, mine.id, Event.ACCEPT)
    do(town, other.id, Event.CANCEL, reason="La famille s’en occupe.", note="Merci.")
    jobs.drain()
    assert as_read(town, theirs.id) == as_read(town, other.id)
    visitor = Visitor(app, town.other_association)
    pages = [
        readable(visitor.get(f"/orientations/{it.id}")).replace(it.reference, "").replace(str(it.id), "")
        for it in (theirs, other)
    ]
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("on", "ends"),
    [
        (date(2026, 3, 3), "2026-03-03T23:00"),
        (date(2026, 7, 1), "2026-07-01T22:00"),
        (date(2026, 3, 29), "2026-03-29T22:00"),
    ],
)
def test_access_ends_with_the_day_of_the_consent_where_people_live(town: Town, on: date, ends: str) -> None:
    with clock.at(datetime(2026, 3, 3, 8, 30, tzinfo=UTC)):
        day = clock.today().isoformat()
        referral_id = make_referral(
            town, State.ACCEPTED, consent={"informed_on": day, "given_on": day, "expires_on": on.isoformat()}
        )
    limit = stored(referral_id).access_ends_at
    assert limit is not None
    assert limit.isoformat().startswith(ends)


@pytest.mark.parametrize("state", [State.DECLINED, State.CANCELLED, State.COMPLETED])
def test_the_sentence_of_the_card_closes_too(town: Town, sender: Visitor, receiver: Visitor, state: State) -> None:
    with clock.at(clock.now() - timedelta(days=29)):
        lately = make_referral(town, state)
    with clock.at(clock.now() - timedelta(days=31)):
        long_ago = make_referral(town, state)
    assert ASKED in readable(receiver.get(f"/orientations/{lately}"))
    page = readable(receiver.get(f"/orientations/{long_ago}"))
    assert ASKED not in page
    assert "Béthune" in page
    assert ASKED in readable(sender.get(f"/orientations/{long_ago}"))
    for line in queries.inbox(session(), town.association.actor, box=Side.RECEIVER).rows:
        assert line.card is not None
        assert (line.card.asked == ASKED) == (line.id == lately)


def test_an_orientation_given_up_before_it_left_was_never_sent(town: Town, sender: Visitor) -> None:
    referral_id = make_referral(town, State.DRAFT)
    do(town, referral_id, Event.CANCEL, reason="Inutile.")
    situation_id = stored(referral_id).situation_id
    assert "aucun partenaire n’a rien reçu" in readable(sender.get(f"/situations/{situation_id}"))
    sender.go(f"/orienter/{situation_id}/supprimer")
    sender.get(f"/situations/{situation_id}", status=404)
    assert list(audit.verify(session())) == []


def test_consent_comes_after_information(town: Town) -> None:
    today = clock.today()
    with pytest.raises(Invalid) as refused:
        send(town, consent={"informed_on": today.isoformat(), "given_on": (today - timedelta(days=1)).isoformat()})
    assert "ne peut pas précéder" in refused.value.fields["consent.given_on"]


def test_the_api_refuses_a_card_that_names_the_person(town: Town, app: Flask) -> None:
    given = situation_input(asked="Des visites pour Odile.").model_dump(mode="json", exclude_unset=True)
    answer = app.test_client().post(
        "/api/v1/situations", json=given, headers=bearer(town.landlord.user, town.landlord.org)
    )
    assert answer.status_code == 422
    assert "semble nommer la personne" in answer.text


def test_a_retry_key_is_a_persons_for_one_organisation(town: Town) -> None:
    """Somebody who works for two organisations is never answered with what they did for the other one."""
    join(town.landlord.user, town.stranger.org, ("intake",))
    made = [
        service.create_situation(
            actor,
            given=situation_input(),
            idempotency=IdempotencyKey.of(actor, "k", "POST", "/api/v1/situations", b"{}"),
        )
        for actor in (town.landlord.actor, actor_of(town.landlord.user, town.stranger.org)) * 2
    ]
    assert made[0] == made[2] and made[1] == made[3] and made[0].id != made[1].id


@pytest.mark.parametrize("state", [State.DECLINED, State.COMPLETED, State.CANCELLED])
def test_what_is_over_is_entrusted_to_nobody(town: Town, receiver: Visitor, state: State) -> None:
    referral_id = make_referral(town, state)
    assert "Confier" not in readable(receiver.get(f"/orientations/{referral_id}"))
    assert receiver.client.get(f"/orientations/{referral_id}/confier").status_code == 303
    with pytest.raises(Conflict):
        service.assign(town.association.actor, referral_id=referral_id, user_id=town.association.user.id)
