"""A bar wins over every allowance, at once: the barred find what a stranger finds."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import bearer, make_user
from factories.pages import Visitor, readable
from factories.referrals import Side, Town, do, make_referral, make_situation, stored, terms
from maillage.accounts.models import User
from maillage.kernel import audit, jobs
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from maillage.notifications.models import Notification
from maillage.referrals import queries, service
from maillage.referrals.content import StepInput
from maillage.referrals.models import ReferralBar
from maillage.referrals.states import Event, State

Bars = Callable[[Town, UUID, User], object]


def barred_by_name(town: Town, situation_id: UUID, user: User) -> None:
    """Declared by the sender, in another order and without the accents."""
    given = StepInput(opposed=("riviere BLANDINE",))
    service.update_situation(town.landlord.actor, situation_id=situation_id, given=given)


WAYS: dict[str, Bars] = {
    "person": lambda town, it, user: service.bar(town.landlord.actor, situation_id=it, who=user.id, reason="Voisine."),
    "organization": lambda town, it, _: service.bar(
        town.landlord.actor, situation_id=it, who=town.association.org.id, reason="Employeur du mari."
    ),
    "name": barred_by_name,
}


def member(town: Town, roles: tuple[str, ...] = ("intake",)) -> User:
    return make_user(town.association.org, roles, name="Blandine Rivière")


@pytest.mark.parametrize("way", WAYS)
def test_the_barred_find_what_a_stranger_finds_everywhere(town: Town, app: Flask, way: str) -> None:
    user = member(town)
    referral_id = make_referral(town, State.ACCEPTED)
    situation_id = stored(referral_id).situation_id
    side = Side(town.association.org, user, None)  # type: ignore[arg-type]
    visitor, headers, client = Visitor(app, side), bearer(user, town.association.org), app.test_client()
    visitor.get(f"/orientations/{referral_id}")
    visitor.post(f"/orientations/{referral_id}/identite", status=200)
    service.assign(town.association.actor, referral_id=referral_id, user_id=user.id)
    jobs.drain()
    WAYS[way](town, situation_id, user)

    for page in ("", "/clore", "/confier", "/je-connais-cette-personne"):
        foreign = visitor.get(f"/orientations/{referral_id}{page}", status=404)
        assert readable(foreign) == readable(visitor.get(f"/orientations/{uuid4()}{page}", status=404))
    for gesture in ("messages", "identite", "commencer", "confier"):
        visitor.post(f"/orientations/{referral_id}/{gesture}", status=404, text="Bonjour")
    for path in ("", "/history", "/messages"):
        assert client.get(f"/api/v1/referrals/{referral_id}{path}", headers=headers).status_code == 404
    event = client.post(f"/api/v1/referrals/{referral_id}/events", json={"event": "start"}, headers=headers)
    assert event.status_code == 404
    assert client.get("/api/v1/referrals?box=received", headers=headers).json == {"referrals": [], "next": None}
    assert str(referral_id) not in visitor.get("/boite-partagee?view=open")
    assert str(stored(referral_id).reference) not in visitor.get("/boite-partagee?view=open")

    told = select(Notification.id).where(Notification.about == referral_id, Notification.user_id == user.id)
    before = len(session().scalars(told).all())
    service.write(town.landlord.actor, referral_id=referral_id, text="Bonjour.")
    do(town, referral_id, Event.ENTERED_IN_ERROR)
    jobs.drain()
    session().rollback()
    assert len(session().scalars(told).all()) == before
    if way != "organization":
        with pytest.raises(DomainError):
            service.assign(town.association.actor, referral_id=referral_id, user_id=user.id)
    assert list(audit.verify(session())) == []


def test_a_colleague_who_is_barred_cannot_be_entrusted(town: Town, receiver: Visitor) -> None:
    user = member(town, ("volunteer",))
    referral_id = make_referral(town, State.ACCEPTED)
    path = f"/orientations/{referral_id}/confier"
    assert str(user.id) in receiver.get(path)
    WAYS["person"](town, stored(referral_id).situation_id, user)
    assert str(user.id) not in receiver.get(path)
    with pytest.raises(Invalid):
        service.assign(town.association.actor, referral_id=referral_id, user_id=user.id)


def test_a_colleague_of_the_sender_is_kept_out_too(town: Town, app: Flask, sender: Visitor) -> None:
    colleague = make_user(town.landlord.org, ("referent",))
    visitor = Visitor(app, town.landlord, colleague)
    referral = stored(make_referral(town))
    visitor.get(f"/situations/{referral.situation_id}")
    path = f"/situations/{referral.situation_id}/acces"
    assert 'id="reason-error"' in sender.refused(path, who=str(colleague.id))
    sender.go(path, who=str(colleague.id), reason="Belle-sœur.")
    assert "Belle-sœur." in readable(sender.get(path))
    assert "Belle-sœur" not in repr(session().execute(select(ReferralBar.reason_sealed)).all())
    visitor.get(f"/situations/{referral.situation_id}", status=404)
    visitor.get(f"/orientations/{referral.id}", status=404)
    session().rollback()
    bar_id = session().scalars(select(ReferralBar.id).where(ReferralBar.user_id == colleague.id)).one()
    sender.go(f"{path}/{bar_id}/lever")
    visitor.get(f"/situations/{referral.situation_id}")


def test_nothing_is_sent_to_a_barred_organisation_nor_passed_on_to_it(town: Town) -> None:
    sender = town.landlord.actor
    situation_id = make_situation(sender)
    service.bar(sender, situation_id=situation_id, who=town.other_association.org.id, reason="Employeur du mari.")
    with pytest.raises(Invalid) as refused:
        service.refer(sender, situation_id=situation_id, service_ids=[town.other_service.id], terms=terms())
    assert "choisissez ailleurs" in refused.value.fields["service_ids"]
    (sent,) = service.refer(sender, situation_id=situation_id, service_ids=[town.service.id], terms=terms())
    do(town, sent.id, Event.ACCEPT)
    for event in (Event.RELAY, Event.REDIRECT):
        with pytest.raises(Invalid) as refused:
            do(town, sent.id, event)
        assert "choisissez ailleurs" in refused.value.fields["service_id"]


def test_a_forged_bar_changes_nothing(town: Town) -> None:
    situation_id = stored(make_referral(town)).situation_id
    lot: list[tuple[Any, UUID, type[DomainError]]] = [
        (town.association.actor, town.landlord.org.id, NotFound),
        (town.stranger.actor, town.association.org.id, NotFound),
        (town.landlord.colleague("volunteer"), town.association.org.id, Forbidden),
        (town.landlord.actor, town.landlord.org.id, Invalid),
        (town.landlord.actor, town.landlord.user.id, Invalid),
        (town.landlord.actor, uuid4(), Invalid),
    ]
    for actor, who, refusal in lot:
        with pytest.raises(refusal):
            service.bar(actor, situation_id=situation_id, who=who, reason="Motif.")
    session().rollback()
    aimed = select(ReferralBar).where(ReferralBar.name_hash.is_(None))
    assert session().scalars(aimed).all() == []


def test_who_knows_the_person_steps_aside_and_a_colleague_takes_it(town: Town, app: Flask, receiver: Visitor) -> None:
    colleague = make_user(town.association.org, ("intake",))
    referral_id = make_referral(town, State.ACCEPTED)
    jobs.drain()
    assert "Je connais cette personne" in readable(receiver.get(f"/orientations/{referral_id}"))
    assert (
        receiver.go(f"/orientations/{referral_id}/je-connais-cette-personne", reason="Ma cousine.") == "/boite-partagee"
    )
    receiver.get(f"/orientations/{referral_id}", status=404)
    jobs.drain()
    told = select(Notification.email).where(Notification.kind == "referral.conflict")
    assert session().scalars(told).all() == [colleague.email]
    Visitor(app, town.association, colleague).go(f"/orientations/{referral_id}/commencer")
    assert stored(referral_id).state == State.IN_PROGRESS
    shown = service.barred(town.landlord.actor, situation_id=stored(referral_id).situation_id)
    assert shown == []


def test_the_sender_is_warned_that_somebody_bears_the_name_and_not_told_who(
    town: Town, sender: Visitor, receiver: Visitor
) -> None:
    user = member(town)
    situation_id = make_situation(town.landlord.actor)
    partners = {"service_ids": [str(town.service.id)], "mode": "each_may_act", "sharing_level": "full"}
    verify = sender.go(f"/orienter/{situation_id}/partenaires", **partners)
    assert "À vérifier avant d’envoyer" not in sender.get(verify)
    barred_by_name(town, situation_id, user)
    page = sender.get(verify)
    assert "au moins une personne doit être tenue à l’écart" in readable(page)
    assert user.name not in page and str(user.id) not in page
    (sent,) = service.refer(
        town.landlord.actor, situation_id=situation_id, service_ids=[town.service.id], terms=terms()
    )
    assert "Blandine" not in receiver.get(f"/orientations/{sent.id}")
    do(town, sent.id, Event.ACCEPT)
    shared = service.reveal(town.association.actor, referral_id=sent.id)
    assert "opposed" not in shared.model_dump()


def test_nobody_writes_their_own_name(town: Town) -> None:
    name = town.landlord.user.name.split()
    actor = town.landlord.actor
    with pytest.raises(Invalid) as refused:
        make_situation(actor, person={"first_name": name[0], "last_name": " ".join(name[1:])})
    assert set(refused.value.fields) == {"person.last_name"}
    assert queries.drafts(session(), actor) == []
