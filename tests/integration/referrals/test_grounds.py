"""What allows a handoff: asked on the page, warned about by the API, sealed for the sender, overridden by few."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import actor_of, bearer, make_user, sign_in
from factories.pages import Visitor, hidden_version, readable
from factories.referrals import Side, Town, make_referral, make_side, make_situation, send, stored, terms
from maillage.kernel import clock, jobs, lifecycle
from maillage.kernel.actor import Actor
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.notifications.models import Notification
from maillage.referrals import sealing, service
from maillage.referrals.codes import Kind
from maillage.referrals.consent import service as consents
from maillage.referrals.consent.codes import Consenter
from maillage.referrals.consent.content import Ground
from maillage.referrals.consent.frames import ASKS, FITS, FRAMES
from maillage.referrals.consent.models import ReferralGround
from maillage.referrals.consent.queries import ground_of
from maillage.referrals.consent.rules import NOT_YOURS, REFUSED, lacking
from maillage.referrals.content import Plan, StepInput
from maillage.referrals.kinds import KINDS
from maillage.referrals.states import State

WHY = "Le relais doit savoir qu’elle ne voit presque plus."
FULL = Ground(necessary=WHY, legal_text="Convention du 3 mars", mandate="Mandat du département")
NOBODY = Actor(user_id=None, org_id=None)

CELLS = [
    # country, kind, basis, what is asked beyond dates when nothing was said
    ("FR", "landlord", "consent", set()),
    ("FR", "landlord", "shared_secret", {"informed_on", "necessary", "mandate"}),
    ("FR", "association", "shared_secret", {"informed_on", "necessary"}),
    ("FR", "landlord", "concertation", {"legal_text"}),
    ("FR", "landlord", "legal_duty", {"legal_text", "necessary"}),
    ("BE", "landlord", "consent", set()),
    ("BE", "association", "shared_secret", {"informed_on", "given_on", "necessary", "mandate"}),
    ("BE", "landlord", "concertation", {"legal_text"}),
    ("BE", "association", "legal_duty", {"legal_text", "necessary"}),
]


@pytest.mark.parametrize(("country", "kind", "basis", "asked"), CELLS)
def test_what_each_frame_asks_for(country: str, kind: str, basis: str, asked: set[str]) -> None:
    who = Actor(user_id=None, org_id=None, country=country, org_kind=kind)
    bare = terms(basis=basis, consent={})
    assert set(lacking(who, bare, Ground())) == asked
    left = lacking(who, terms(basis=basis), FULL)
    assert left == {}


def test_every_basis_has_a_frame_in_each_country() -> None:
    for frames in FRAMES.values():
        assert set(frames) == KINDS[Kind.REFERRAL].bases | KINDS[Kind.OUTREACH].bases == set(FITS)
        for frame in frames.values():
            assert frame.says and set(frame.needs) | set(frame.landlord_needs) <= set(ASKS)


def test_a_minor_and_a_foreign_language_ask_for_more() -> None:
    agreed = terms(consent=terms().consent.model_dump() | {"language": "uk"})
    asked = lacking(NOBODY, agreed, Ground(), minor=True)
    assert set(asked) == {"interpreter", "consenter"}
    assert lacking(NOBODY, terms(), Ground()) == {}


def refer(town: Town, who: Actor, ground: Ground, **overrides: Any) -> UUID:
    return service.refer(
        who,
        situation_id=make_situation(who),
        service_ids=[town.service.id],
        terms=terms(**overrides),
        ground=ground,
    )[0].id


def test_the_ground_is_sealed_read_by_the_sender_and_goes_with_the_referral(town: Town) -> None:
    ground = Ground(necessary=WHY, mandate="Mandat du département", told_by="Inès")
    referral_id = refer(town, town.landlord.actor, ground, basis="shared_secret")
    assert ground_of(session(), town.landlord.actor, referral_id) == ground
    assert ground_of(session(), town.association.actor, referral_id) == Ground()
    row = session().get(ReferralGround, referral_id)
    assert row is not None and WHY.encode() not in row.sealed
    situation_id = stored(referral_id).situation_id
    (told,) = lifecycle.export(session(), sealing.SITUATION, situation_id)["referrals"]
    assert told["ground"]["necessary"] == WHY
    with transaction() as writing:
        lifecycle.erase(writing, sealing.SITUATION, situation_id, cause="test")
    assert session().scalar(select(ReferralGround)) is None


REFUSALS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"opposed": True}, "shared_secret", "opposed", REFUSED),
    ({"opposed": True}, "consent", "opposed", REFUSED),
    ({"opposed": True, "legal_text": "x", "necessary": "y"}, "legal_duty", "opposed", NOT_YOURS),
    ({"necessary": WHY}, "consent", "necessary", "ne va pas avec"),
    ({"protected": True}, "consent", "consenter", "Dites qui a donné l’accord."),
    ({"necessary": "Sort de prison."}, "legal_duty", "necessary", "infraction"),
]


@pytest.mark.parametrize(("given", "basis", "field", "words"), REFUSALS)
def test_what_contradicts_itself_is_refused_by_page_and_api_alike(
    town: Town, client: FlaskClient, given: dict[str, Any], basis: str, field: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        refer(town, town.landlord.actor, Ground.model_validate(given), basis=basis)
    assert words in refused.value.fields[field]
    body = terms(basis=basis).model_dump(mode="json") | {
        "situation_id": str(make_situation(town.landlord.actor)),
        "service_ids": [str(town.service.id)],
        "ground": given,
    }
    headers = bearer(town.landlord.user, town.landlord.org)
    answer = client.post("/api/v1/referrals", json=body, headers=headers)
    assert answer.status_code == 422
    assert words in answer.text or words in str(answer.json)


def test_what_the_contract_lists_suffices_and_the_answer_warns(town: Town, client: FlaskClient) -> None:
    body = terms(basis="shared_secret", consent={}).model_dump(mode="json") | {
        "situation_id": str(make_situation(town.landlord.actor)),
        "service_ids": [str(town.service.id)],
    }
    headers = bearer(town.landlord.user, town.landlord.org)
    sent = client.post("/api/v1/referrals", json=body, headers=headers)
    assert sent.status_code == 201
    assert sent.json is not None and set(sent.json["warnings"]) == {"informed_on", "necessary", "mandate"}
    again = client.post("/api/v1/referrals", json=body | terms().model_dump(mode="json"), headers=headers)
    assert again.json is not None and again.json["warnings"] == {}


def test_a_draft_has_no_ground_yet(town: Town) -> None:
    with pytest.raises(Invalid):
        service.refer(
            town.landlord.actor,
            situation_id=make_situation(town.landlord.actor),
            service_ids=[town.service.id],
            terms=terms(),
            draft=True,
            ground=Ground(told_by="Inès"),
        )


def verify_page(town: Town, sender: Visitor, **overrides: Any) -> tuple[str, str]:
    me = town.landlord.actor
    situation_id = make_situation(me, **overrides)
    plan = Plan.model_validate({"service_ids": (town.service.id,), "sharing_level": "standard"})
    service.update_situation(me, situation_id=situation_id, given=StepInput(plan=plan))
    address = f"/orienter/{situation_id}/verifier"
    return address, sender.get(address)


def test_the_page_chooses_nothing_and_asks_a_landlord_for_its_mandate(app: Flask, town: Town) -> None:
    sender = Visitor(app, town.landlord)
    address, page = verify_page(town, sender)
    assert 'name="basis"' in page and not any("checked" in tag for tag in page.split("<") if 'name="basis"' in tag)
    assert "Un bailleur n’est pas d’office dans le cercle" in readable(page)
    given = {
        "version": hidden_version(page), "basis": "shared_secret", "informed_on": clock.today().isoformat(),
        "language": "fr", "necessary": WHY,
    }  # fmt: skip
    refused = sender.refused(address, **given)
    assert 'id="mandate-error"' in refused and WHY in refused
    referral = sender.go(address, **given, mandate="Convention avec le CCAS", told="sheet", told_by="Inès")
    shown = readable(sender.get(referral))
    assert WHY in shown and "Convention avec le CCAS" in shown and "Fiche remise et expliquée" in shown
    assert WHY not in Visitor(app, town.association).get(referral)


def test_the_page_asks_who_agrees_for_a_minor(app: Flask, town: Town) -> None:
    sender = Visitor(app, town.landlord)
    address, page = verify_page(town, sender, age_band="under_18")
    day = clock.today().isoformat()
    given = {
        "version": hidden_version(page), "basis": "consent", "informed_on": day, "given_on": day, "language": "fr",
    }  # fmt: skip
    assert 'id="consenter-error"' in sender.refused(address, **given)
    referral = sender.go(address, **given, consenter="parent", own_view="Veut y aller avec sa tante.")
    assert "Veut y aller avec sa tante." in readable(sender.get(referral))
    found = ground_of(session(), town.landlord.actor, UUID(referral.rpartition("/")[2]))
    assert found.consenter is Consenter.PARENT


OVERRIDING = Ground(opposed=True, legal_text="CASF, art. L. 226-2-1", necessary="Un enfant dort dehors.")


def test_an_override_takes_a_right_is_audited_and_told(town: Town) -> None:
    boss = make_user(town.landlord.org, ("supervisor",))
    other = make_user(town.landlord.org, ("supervisor",))
    admin = make_user(town.landlord.org, ("org_admin",))
    referral_id = refer(town, actor_of(boss, town.landlord.org), OVERRIDING, basis="legal_duty")
    entries = session().scalars(select(AuditEntry).where(AuditEntry.subject_id == referral_id)).all()
    assert "referral.override" in {entry.action for entry in entries}
    jobs.drain()
    assert told("consent.overridden") == {other.id}
    assert admin.id not in told("consent.overridden")
    for notice in session().scalars(select(Notification)):
        assert "dehors" not in str(vars(notice))


def told(kind: str) -> set[UUID]:
    return set(session().scalars(select(Notification.user_id).where(Notification.kind == kind)))


def test_alone_in_charge_the_administrator_is_told(town: Town) -> None:
    boss, admin = make_user(town.landlord.org, ("supervisor",)), make_user(town.landlord.org, ("org_admin",))
    refer(town, actor_of(boss, town.landlord.org), OVERRIDING, basis="legal_duty")
    jobs.drain()
    assert told("consent.overridden") == {admin.id}


def test_a_consent_that_ends_is_reminded_once_and_renewed(app: Flask, town: Town) -> None:
    today = clock.today()
    soon = {"informed_on": str(today), "given_on": str(today), "expires_on": str(today + timedelta(days=10))}
    referral_id = make_referral(town, State.ACCEPTED, consent=soon)
    send(town, consent=soon | {"expires_on": str(today + timedelta(days=60))})
    assert consents.remind_due(clock.now()) == 1
    assert consents.remind_due(clock.now()) == 0
    jobs.drain()
    assert told("consent.ending") == {town.landlord.user.id}
    sender, later = Visitor(app, town.landlord), today + timedelta(days=90)
    before = stored(referral_id).access_ends_at
    address = f"/orientations/{referral_id}/accord"
    assert address in sender.get(f"/orientations/{referral_id}")
    past = (today - timedelta(days=1)).isoformat()
    assert 'id="expires_on-error"' in sender.refused(address, given_on=today.isoformat(), expires_on=past)
    sender.go(address, given_on=today.isoformat(), expires_on=later.isoformat())
    session().rollback()  # SQLite reads on from where it began
    after = stored(referral_id)
    assert after.consent_expires_on == later
    assert before is not None and after.access_ends_at is not None and after.access_ends_at > before


def test_only_the_sender_renews_and_only_a_consent_that_is_open(town: Town) -> None:
    today, later = clock.today(), clock.today() + timedelta(days=30)
    referral_id = make_referral(town, State.ACCEPTED)
    with pytest.raises(Forbidden):
        consents.renew(town.association.actor, referral_id=referral_id, given_on=today, expires_on=later)
    over = make_referral(town, State.COMPLETED)
    with pytest.raises(Conflict):
        consents.renew(town.landlord.actor, referral_id=over, given_on=today, expires_on=later)


OUTSIDERS = ("org_admin", "lead", "coordinator", "cell_chair", "colleague", "access_desk")


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_outcome_for_those_who_allot_or_evict(app: Flask, town: Town, role: str) -> None:
    """A landlord's staff outside the social team: neither page, list, API nor journal tells how it ended."""
    referral_id = make_referral(town, State.COMPLETED)
    situation_id = stored(referral_id).situation_id
    user = make_user(town.landlord.org, (role,))
    client: FlaskClient = sign_in(app.test_client(), user, town.landlord.org)
    pages = (
        f"/orientations/{referral_id}", f"/situations/{situation_id}", "/mes-orientations", "/mes-orientations/toutes",
        "/boite-partagee", "/a-traiter", f"/situations/{situation_id}/droits", "/organisation/journal",
    )  # fmt: skip
    answers = [client.get(page) for page in pages] + [client.post("/organisation/journal.csv")]
    for answer in answers:
        assert "esoin couvert" not in answer.text and "covered" not in answer.text, answer.request.path
    headers = bearer(user, town.landlord.org)
    api = app.test_client()
    one = api.get(f"/api/v1/referrals/{referral_id}", headers=headers)
    assert one.status_code in (403, 404)
    listed = api.get("/api/v1/referrals?box=sent", headers=headers)
    assert listed.status_code == 403 or (listed.json is not None and listed.json["referrals"] == [])
    assert api.get(f"/api/v1/referrals/{referral_id}/history", headers=headers).status_code in (403, 404)


def test_the_social_team_reads_the_outcome(app: Flask, town: Town) -> None:
    referral_id = make_referral(town, State.COMPLETED)
    colleague = Side(town.landlord.org, make_user(town.landlord.org, ("referent",)), town.landlord.actor)
    assert "esoin couvert" in Visitor(app, colleague, colleague.user).get(f"/orientations/{referral_id}")


def test_a_belgian_page_says_belgian_law(app: Flask, town: Town) -> None:
    house = make_side("association", "intake", country="BE")
    situation_id = make_situation(house.actor, commune="Namur")
    plan = Plan.model_validate({"service_ids": (town.service.id,), "sharing_level": "standard"})
    service.update_situation(house.actor, situation_id=situation_id, given=StepInput(plan=plan))
    page = readable(Visitor(app, house).get(f"/orienter/{situation_id}/verifier"))
    assert "458ter" in page and "L. 121-6-2" not in page
