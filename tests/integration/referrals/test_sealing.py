"""What tells of a person is sealed from the first word, and opens only where it was put."""

from itertools import permutations
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from factories.referrals import SECRETS, Town, do, make_referral, make_situation, make_town, send, stored, terms
from maillage.kernel import content_keys, jobs
from maillage.kernel.crypto import SealBroken
from maillage.kernel.db import db, session, transaction
from maillage.referrals import queries, sealing, service
from maillage.referrals.content import Person, SituationInput
from maillage.referrals.models import Referral, ReferralEvent, ReferralMessage
from maillage.referrals.states import Event, State

QUESTION, ANSWER, MESSAGE, NOTE = "Canari question", "Canari réponse", "Canari message", "Canari bilan"
PLANTED = (*SECRETS, QUESTION, ANSWER, MESSAGE, NOTE, "Samira")


def whole_story(town: Town) -> None:
    make_referral(town, State.DRAFT)
    referral_id = send(town)[0].id
    do(town, referral_id, Event.ASK_INFO, question=QUESTION)
    do(town, referral_id, Event.ANSWER_INFO, answer=ANSWER)
    do(town, referral_id, Event.ACCEPT)
    service.write(town.association.actor, referral_id=referral_id, text=MESSAGE)
    service.reveal(town.association.actor, referral_id=referral_id)
    do(town, referral_id, Event.COMPLETE, note=NOTE)
    jobs.drain()


def test_no_row_of_any_table_tells_of_the_person(town: Town) -> None:
    whole_story(town)
    for table in db.metadata.sorted_tables:
        for row in session().execute(table.select()):
            told = " ".join(map(repr, row))
            assert not [word for word in PLANTED if word in told], table.name


def test_no_byte_of_the_database_tells_of_the_person(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        whole_story(make_town())
        folder = Path(str(db.engine.url.database)).parent
        content = b"".join(file.read_bytes() for file in folder.glob("*.db*"))
        for word in PLANTED:
            assert word.encode() not in content
            assert word.encode("utf-16-le") not in content


def test_a_sealed_value_opens_nowhere_else(town: Town) -> None:
    """Neither in another row, nor in another field, nor for other parties, even under the right key."""
    first, second = stored(send(town)[0].id), stored(send(town)[0].id)
    key = sealing.referral_key(session(), first.id)
    assert first.card_sealed is not None and first.snapshot_sealed is not None
    moved = {
        "another row": Referral(**parties(first) | {"id": second.id}, card_sealed=first.card_sealed),
        "another field": Referral(**parties(first), card_sealed=first.snapshot_sealed),
        "other parties": Referral(
            **parties(first) | {"receiver_org_id": town.stranger.org.id}, card_sealed=first.card_sealed
        ),
        "altered": Referral(**parties(first), card_sealed=flipped(first.card_sealed)),
    }
    for row in moved.values():
        with pytest.raises(SealBroken):
            sealing.open_card(key, row)
    with pytest.raises(SealBroken):
        sealing.open_card(sealing.referral_key(session(), second.id), first)


def test_swapped_ciphertexts_are_refused_by_the_page_and_tell_nothing(town: Town) -> None:
    ids = [make_referral(town, State.ACCEPTED) for _ in range(2)]
    sealed = {referral_id: stored(referral_id).snapshot_sealed for referral_id in ids}
    with transaction() as tx:
        for here, there in permutations(ids):
            stored_row = tx.get(Referral, here)
            assert stored_row is not None
            stored_row.snapshot_sealed = sealed[there]
    with pytest.raises(SealBroken, match="does not open here"):
        service.reveal(town.association.actor, referral_id=ids[0])


def test_words_and_messages_are_bound_to_their_row(town: Town) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    for said in ("un", "deux"):
        service.write(town.association.actor, referral_id=referral_id, text=said)
    with transaction() as tx:
        one, two = tx.scalars(select(ReferralMessage).order_by(ReferralMessage.at)).all()
        one.text_sealed, two.text_sealed = two.text_sealed, one.text_sealed
    with pytest.raises(SealBroken):
        queries.thread(session(), town.association.actor, referral_id)
    with transaction() as tx:
        accepted = tx.scalars(select(ReferralEvent).where(ReferralEvent.event == Event.ACCEPT)).one()
        sent = tx.scalars(select(ReferralEvent).where(ReferralEvent.event == Event.SEND)).one()
        sent.words_sealed, accepted.words_sealed = accepted.words_sealed, None
    with pytest.raises(SealBroken):
        queries.history(session(), town.association.actor, referral_id)


def test_a_destroyed_key_closes_one_referral_only(town: Town) -> None:
    gone, kept = make_referral(town, State.ACCEPTED), make_referral(town, State.ACCEPTED)
    with transaction() as tx:
        content_keys.destroy_keys(tx, sealing.REFERRAL, gone)
    with pytest.raises(SealBroken):
        service.reveal(town.association.actor, referral_id=gone)
    assert queries.referral_view(session(), town.association.actor, gone).card is None
    assert service.reveal(town.association.actor, referral_id=kept).person.first_name


def test_what_was_sent_is_a_copy(town: Town) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    changed = SituationInput(person=Person(first_name="Josiane"))
    service.update_situation(town.landlord.actor, situation_id=stored(referral_id).situation_id, given=changed)
    assert service.reveal(town.association.actor, referral_id=referral_id).person.first_name == "Odile"


@pytest.mark.parametrize(
    ("level", "allowed", "channel", "shared"),
    [
        ("minimal", True, "phone", {"first_name"}),
        ("standard", True, "phone", {"first_name", "last_name", "phone"}),
        ("standard", True, "via_sender", {"first_name", "last_name"}),
        ("full", True, "phone", {"first_name", "last_name", "phone", "address"}),
        ("full", True, "via_sender", {"first_name", "last_name", "address"}),
        ("minimal", False, "phone", {"first_name"}),
        ("standard", False, "phone", {"first_name", "last_name"}),
        ("full", False, "phone", {"first_name", "last_name"}),
    ],
)
def test_the_sharing_level_decides_what_is_copied(
    town: Town, level: str, allowed: bool, channel: str, shared: set[str]
) -> None:
    situation_id = make_situation(town.landlord.actor, safe_contact={"allowed": allowed, "channels": [channel]})
    referral_id = service.refer(
        town.landlord.actor,
        situation_id=situation_id,
        service_ids=[town.service.id],
        terms=terms(sharing_level=level),
    )[0].id
    do(town, referral_id, Event.ACCEPT)
    identity = service.reveal(town.association.actor, referral_id=referral_id)
    assert set(identity.person.model_dump(exclude_defaults=True)) == shared
    assert identity.safe_contact.allowed is allowed
    assert bool(identity.need) == (level != "minimal")


def parties(referral: Referral) -> dict[str, object]:
    return {name: getattr(referral, name) for name in ("id", "sender_org_id", "receiver_org_id")}


def flipped(sealed: bytes) -> bytes:
    return sealed[:-1] + bytes([sealed[-1] ^ 1])
