"""Whole situations in a vault, and whole referrals between two vaults, at the browsers of those who are in and not."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.accounts import PASSWORD, bearer, make_user
from factories.pages import Visitor, hidden_version, readable
from factories.referrals import (
    ASKED,
    FIRST_NAME,
    LAST_NAME,
    NEED,
    NEED_STEP,
    Town,
    consent,
    make_situation,
    situation_input,
    stored,
)
from factories.vaulted import Houses, make_houses
from factories.vaults import at, keys_of_the_host, let_in, pairs_of_the_host, stored_bytes
from maillage.kernel import boxes, clock, content_keys, crypto, jobs, lifecycle, rotation
from maillage.kernel.actor import SYSTEM
from maillage.kernel.content_keys import BOX, ContentKey, RingFile
from maillage.kernel.crypto import SealBroken
from maillage.kernel.db import session
from maillage.kernel.errors import VaultShut
from maillage.kernel.outbox import OutboxJob
from maillage.kernel.scope import wide_open
from maillage.kernel.uploads import Upload
from maillage.notifications.models import Notification
from maillage.referrals import sealing, service
from maillage.referrals.attachments import checking
from maillage.referrals.attachments import service as attachments
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.household import service as household
from maillage.referrals.household.codes import EntryKind
from maillage.referrals.household.content import Entry, NextStep
from maillage.referrals.models import Situation
from maillage.referrals.similar.models import SituationDigest
from maillage.referrals.states import State

pytestmark = pytest.mark.security

THREAD, STEP = "CANARI-FIL elle dort chez sa sœur", "CANARI-ETAPE rappeler le médecin"
SHUT, INSIDE = 409, "Votre organisation garde cela dans son coffre"


@pytest.fixture
def houses(app: Flask, town: Town) -> Houses:
    return make_houses(app, town)


def test_a_situation_goes_whole_and_is_read_where_the_vault_is_open(houses: Houses) -> None:
    sender, page = houses.sender, f"/situations/{houses.begin()}"
    assert NEED in readable(sender.get(page)) and "Dans le coffre" in readable(sender.get(page))
    told = readable(houses.beside.get(page, status=SHUT))
    assert INSIDE in told and "Demander à entrer" in told and NEED not in told
    sender.post("/coffre/fermer")
    shut = sender.get(page, status=SHUT)
    assert f'href="/coffre/ouvrir?next={page}"' in shut and NEED not in readable(shut)
    assert sender.go("/coffre/ouvrir", current=PASSWORD, next=page) == page
    assert NEED in readable(sender.get(page))


def test_two_vaults_read_each_at_their_own(houses: Houses) -> None:
    (referral_id,) = houses.send()
    page = f"/orientations/{referral_id}"
    assert "Dans le coffre : l’hébergeur ne peut pas la lire." in readable(houses.sender.get(page))
    assert ASKED in readable(houses.receiver.get(page))
    assert houses.accept(houses.receiver, referral_id) is State.ACCEPTED
    houses.sender.post(f"{page}/messages", text=THREAD)
    assert THREAD in houses.receiver.get(page)
    with at(houses.receiver) as actor:
        assert service.reveal(actor, referral_id=referral_id).person.last_name == LAST_NAME
    for visitor, line in ((houses.across, "/boite-partagee"), (houses.beside, "/mes-orientations/toutes")):
        assert INSIDE in readable(visitor.get(page, status=SHUT))
        listed = readable(visitor.get(line))
        assert "dans le coffre" in listed and ASKED not in listed
    houses.receiver.post("/coffre/fermer")
    assert THREAD not in houses.receiver.get(page, status=SHUT)
    assert THREAD in houses.sender.get(page)
    assert stored(referral_id).seen_at is not None


def test_who_cannot_read_has_not_seen(houses: Houses) -> None:
    (referral_id,) = houses.send()
    houses.across.get(f"/orientations/{referral_id}", status=SHUT)
    session().rollback()
    assert stored(referral_id).state == State.SENT


def test_no_dump_opens_any_of_it_with_the_ring(houses: Houses) -> None:
    """Every lid is the ring's to open, no box is; and no stored run of bytes opens what is sealed."""
    situation_id = houses.begin()
    with at(houses.sender) as actor:
        household.plan_next(actor, situation_id=situation_id, step=NextStep(words=STEP, on=clock.today()))
        entry = Entry(kind=EntryKind.VISIT, happened_on=clock.today(), words=STEP)
        household.note(actor, situation_id=situation_id, entry=entry)
    (referral_id,) = houses.send(situation_id=situation_id)
    houses.accept(houses.receiver, referral_id)
    houses.sender.post(f"/orientations/{referral_id}/messages", text=THREAD)
    session().rollback()
    rows = session().scalars(select(ContentKey).where(ContentKey.subject_id.in_([situation_id, referral_id]))).all()
    assert sorted(row.kind for row in rows) == [content_keys.LID] * 2 + [BOX] * 3
    lids = {row.subject_id: content_keys.unwrap(row) for row in rows if row.kind == content_keys.LID}
    pairs, tried = pairs_of_the_host(), [*keys_of_the_host(), *lids.values()]
    for row in rows:
        if row.kind == BOX:
            context = content_keys._context(row.subject_kind, row.subject_id, BOX)
            box = crypto.decrypt(lids[row.subject_id], row.wrapped, context.encode())
            for pair in pairs:
                with pytest.raises(SealBroken):
                    boxes.open_box(pair, box, context)
    situation, referral = session().get_one(Situation, situation_id), stored(referral_id)
    for key in tried:
        with pytest.raises(SealBroken):
            sealing.open_content(key, situation)
        with pytest.raises(SealBroken):
            sealing.open_card(key, referral)
    words = [one.encode() for one in (NEED, ASKED, FIRST_NAME, LAST_NAME, THREAD, STEP)]
    assert not any(word in value for word in words for value in stored_bytes())
    for kind, subject_id in (("situation", situation_id), ("referral", referral_id)):
        with pytest.raises(VaultShut):
            content_keys.open_key(session(), kind, subject_id)


def test_who_was_put_out_reads_nothing_any_more_and_who_stays_reads_all(houses: Houses) -> None:
    let_in(houses.sender, houses.beside, houses.beside_id)
    before = houses.begin()
    assert NEED in readable(houses.beside.get(f"/situations/{before}"))
    houses.sender.post(f"/coffre/membres/{houses.beside_id}/retirer")
    houses.beside.get(f"/situations/{before}", status=SHUT)
    houses.sender.post("/coffre/ouvrir", current=PASSWORD)
    after = houses.begin()
    assert stored_situation(after).in_vault, "another key keeps the same choice"
    for situation_id in (before, after):
        assert NEED in readable(houses.sender.get(f"/situations/{situation_id}"))
        houses.beside.get(f"/situations/{situation_id}", status=SHUT)


def test_a_partner_without_such_a_vault_is_told_of_before_and_after(houses: Houses) -> None:
    town, situation_id = houses.town, houses.begin()
    plan = {"mode": "each_may_act", "sharing_level": "standard"}
    chosen = [str(town.service.id), str(town.other_service.id)]
    verify = houses.sender.go(f"/orienter/{situation_id}/partenaires", service_ids=chosen, version="1", **plan)
    page = readable(houses.sender.get(verify))
    assert f"L’hébergeur ne pourra pas lire ce que vous envoyez à {town.association.org.name}." in page
    assert f"{town.other_association.org.name} ne garde pas ses orientations dans un coffre" in page
    today = clock.today().isoformat()
    sending = {"basis": "consent", "informed_on": today, "given_on": today, "language": "fr"}
    sending |= {"version": hidden_version(houses.sender.get(verify)), "promised": str(town.association.org.id)}
    for who in (houses.receiver, houses.sender):
        who.post("/coffre/tout", wanted="no")
        assert "ne resterait plus entre deux coffres" in houses.sender.refused(verify, **sending)
        who.post("/coffre/tout", wanted="yes")
    kept, copied = houses.send(town.service, town.other_service, situation_id=situation_id)
    assert (stored(kept).in_vault, stored(copied).in_vault) == (True, False)
    assert "Pas dans le coffre" in readable(houses.sender.get(f"/orientations/{copied}"))
    reader = Visitor(houses.sender.client.application, town.other_association)
    assert ASKED in readable(reader.get(f"/orientations/{copied}"))


def test_the_choice_is_an_administrator_s_with_the_vault_open_and_may_end(houses: Houses) -> None:
    assert "vont dans le coffre" in readable(houses.sender.get("/administration/journal?what=vault"))
    kept = houses.begin()
    houses.sender.post("/coffre/tout", wanted="no")
    after = houses.begin()
    assert (stored_situation(kept).in_vault, stored_situation(after).in_vault) == (True, False)
    assert NEED in readable(houses.beside.get(f"/situations/{after}"))
    assert NEED in readable(houses.sender.get(f"/situations/{kept}"))
    houses.beside.get("/coffre/tout", status=403)
    houses.sender.post("/coffre/tout", status=422, wanted="peut-être")
    houses.sender.post("/coffre/fermer")
    assert houses.sender.client.get("/coffre/tout").location == "/coffre/ouvrir?next=/coffre/tout"


def test_a_form_posted_to_a_shut_vault_is_not_lost(houses: Houses) -> None:
    houses.sender.post("/coffre/fermer")
    answer = houses.sender.client.post(
        "/orienter", data=NEED_STEP | {"need": THREAD}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == SHUT
    assert THREAD in answer.text and "Ouvrez le coffre dans un nouvel onglet" in answer.text
    session().rollback()
    assert session().scalar(select(func.count()).select_from(Situation)) == 0


def test_erasing_needs_no_open_vault(houses: Houses) -> None:
    (referral_id,) = houses.send()
    situation_id = stored(referral_id).situation_id
    page = f"/situations/{situation_id}/droits"
    assert "Effacer" in readable(houses.beside.get(page))
    houses.beside.post(f"{page}/effacement", sure="y")
    jobs.drain()
    assert content_keys.kept(session(), "situation", [situation_id]) == set()
    assert content_keys.kept(session(), "referral", [referral_id]) == set()
    assert stored(referral_id).card_sealed is None
    houses.receiver.get(f"/orientations/{referral_id}", status=404)


def test_a_draft_is_thrown_away_with_its_boxes(houses: Houses) -> None:
    situation_id = houses.begin()
    with at(houses.sender) as actor:
        service.delete_draft(actor, situation_id=situation_id)
    assert session().scalar(select(func.count()).select_from(ContentKey).where(ContentKey.kind == BOX)) == 0


def test_a_rotation_wraps_the_lids_again(houses: Houses, tmp_path: Path) -> None:
    before = content_keys._ring
    ring = content_keys.ring()
    ring.save(tmp_path / "ring.json")
    content_keys.use_ring(RingFile(tmp_path / "ring.json"))
    try:
        (referral_id,) = houses.send()
        rotation.rotate(SYSTEM)
        wrapped = session().scalars(select(ContentKey.key_id).where(ContentKey.kind.in_(content_keys.OF_THE_RING)))
        assert set(wrapped) == {content_keys.ring().active} != {ring.active}
        assert ASKED in readable(houses.receiver.get(f"/orientations/{referral_id}"))
    finally:
        content_keys._ring = before


def test_programs_neither_read_nor_write(houses: Houses, app: Flask) -> None:
    (referral_id,) = houses.send()
    client, town = app.test_client(), houses.town
    theirs = bearer(make_user(town.association.org, ("intake",)), town.association.org)
    ours = bearer(make_user(town.landlord.org, ("referent",)), town.landlord.org)
    listed = client.get("/api/v1/referrals", headers=theirs).get_json()["referrals"]
    assert [(line["in_vault"], line["card"]) for line in listed] == [(True, None)]
    here, new = f"/api/v1/referrals/{referral_id}", situation_input().model_dump(mode="json", exclude_unset=True)
    sending = {"service_ids": [str(town.service.id)], "sharing_level": "minimal", "basis": "consent"}
    sending |= {"situation_id": str(stored(referral_id).situation_id), "consent": consent()}
    tried = [
        client.get(here, headers=theirs),
        client.get(f"{here}/history", headers=theirs),
        client.get(f"{here}/messages", headers=theirs),
        client.post(f"{here}/messages", headers=theirs, json={"text": THREAD}),
        client.post(f"{here}/events", headers=theirs, json={"event": "decline", "reason": "no_capacity"}),
        client.post(f"{here}/step-aside", headers=theirs, json={}),
        client.post("/api/v1/situations", headers=ours, json=new),
        client.post("/api/v1/referrals", headers=ours, json=sending),
    ]
    for answer in tried:
        told = answer.get_json()
        assert (answer.status_code, told["type"]) == (409, "urn:maillage:problem:vault-shut"), (answer.request, told)
        assert "clé d’application" in told["detail"]
    session().rollback()
    assert stored(referral_id).state == State.SENT
    assert session().scalar(select(func.count()).select_from(Situation)) == 1


def test_what_runs_by_itself_neither_fails_nor_forgets(houses: Houses, app: Flask) -> None:
    """Every chore, far ahead; the keys that it cannot open are not taken for keys that are gone."""
    (referral_id,) = houses.send()
    houses.accept(houses.receiver, referral_id)
    folder = app.extensions["maillage_settings"].paths.files / "referrals"
    folder.mkdir(exist_ok=True)
    upload = Upload("courrier.pdf", "application/pdf", b"%PDF-1.7 CANARI")
    with at(houses.receiver) as actor:
        document_id = attachments.attach(actor, referral_id=referral_id, upload=upload, folder=folder)
    for days in (1, 8, 40):
        jobs.tick(clock.now() + timedelta(days=days))
        jobs.drain()
    session().rollback()
    assert session().scalars(select(OutboxJob.kind).where(OutboxJob.dead_at.is_not(None))).all() == []
    assert session().scalars(select(ReferralDocument.id)).all() == [document_id]
    with wide_open("a copy was put back"):
        checked = checking.check_files(session(), folder, 10)
    assert (checked.told, checked.missing, checked.opened) == (1, [], 0)
    assert lifecycle.open_some(10) == (0, [])


def test_similar_persons_are_told_by_name_and_nothing_else_is_kept_to_compare(houses: Houses) -> None:
    first, second = houses.begin(), houses.begin()
    kinds = select(SituationDigest.kind).where(SituationDigest.situation_id.in_([first, second]))
    assert set(session().scalars(kinds)) == {"name"}
    assert "Peut-être la même personne" in readable(houses.sender.get(f"/orienter/{second}/personne"))


def test_somebody_opposed_who_comes_is_told_of(houses: Houses) -> None:
    """No job opens the file that says who is opposed to whom."""
    hers = houses.begin()
    with at(houses.sender) as actor:
        household.oppose(actor, situation_id=hers, name="Canarilui Vandermersch")
        make_situation(actor, person={"first_name": "Canarilui", "last_name": "Vandermersch"})
    jobs.drain()
    session().rollback()
    assert session().scalars(select(Notification.link).where(Notification.kind == "household.opposed")).all()


def test_nobody_writes_to_the_person_through_the_host(houses: Houses) -> None:
    (referral_id,) = houses.send()
    houses.accept(houses.receiver, referral_id)
    page = f"/orientations/{referral_id}"
    assert "Écrire à la personne" not in readable(houses.receiver.get(page))
    assert houses.receiver.client.get(f"{page}/ecrire-a-la-personne").location == page


def stored_situation(situation_id: UUID) -> Situation:
    return session().get_one(Situation, situation_id, populate_existing=True)
