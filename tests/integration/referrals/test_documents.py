"""Documents joined to a referral: from the sender's disk to the reader's, sealed on ours, gone when it ends."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.accounts import make_user
from factories.files import CANARY, pdf, photo
from factories.pages import Visitor, readable
from factories.referrals import Town, do, make_referral, make_town, send
from maillage.kernel import clock, content_keys, jobs
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.kernel.upload_limits import MAX_BYTES
from maillage.kernel.uploads import Upload
from maillage.notifications.models import Notification
from maillage.referrals import sealing
from maillage.referrals import service as service_of_referrals
from maillage.referrals.attachments import policy, service
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.states import Event, State

NAME = "Bail de Madame Quenouille"


@pytest.fixture
def folder(app: Flask) -> Iterator[Path]:
    path: Path = app.extensions["maillage_settings"].paths.files / "referrals"
    path.mkdir(exist_ok=True)
    for left in path.glob("??/*"):
        left.unlink()
    yield path
    for one in path.glob("??/*"):
        one.unlink()


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("??/*"))


def page_of(referral_id: UUID) -> str:
    return f"/orientations/{referral_id}/documents"


def join(visitor: Visitor, referral_id: UUID, data: bytes = b"", name: str = f"{NAME}.pdf", **fields: Any) -> str:
    return visitor.go(page_of(referral_id), file=(io.BytesIO(data or pdf()), name), **fields)


def refused(visitor: Visitor, referral_id: UUID, data: bytes, name: str, **fields: Any) -> str:
    return visitor.refused(page_of(referral_id), file=(io.BytesIO(data), name), **fields)


def link(page: str) -> str:
    return page.split("documents/", 1)[1].split('"', 1)[0]


def documents(referral_id: UUID) -> int:
    session().rollback()
    ours = ReferralDocument.referral_id == referral_id
    return session().scalar(select(func.count()).select_from(ReferralDocument).where(ours)) or 0


def attach(town: Town, referral_id: UUID, folder: Path, **fields: Any) -> UUID:
    upload = Upload("courrier.pdf", "application/pdf", b"%PDF-1.7 " + CANARY.encode() * 9000)
    return service.attach(
        **({"actor": town.landlord.actor, "referral_id": referral_id, "upload": upload, "folder": folder} | fields)
    )


def test_a_document_is_read_once_accepted_and_each_reading_leaves_a_trace(
    sender: Visitor, receiver: Visitor, town: Town, folder: Path
) -> None:
    referral_id = make_referral(town, State.SEEN)
    assert join(sender, referral_id) == page_of(referral_id)
    mine = sender.get(page_of(referral_id))
    assert NAME in readable(mine)
    before = receiver.get(page_of(referral_id))
    assert NAME not in before
    assert "lisible après acceptation" in readable(before)
    where = f"{page_of(referral_id)}/{link(mine)}"
    receiver.get(where, status=404)

    do(town, referral_id, Event.ACCEPT)
    answer = receiver.client.get(where)
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert CANARY.encode() not in answer.data, "who wrote it is not passed on"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=document-")
    assert "Quenouille" not in str(answer.headers)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    opened = select(AuditEntry).where(AuditEntry.action == "referral.document_open")
    [trace] = session().scalars(opened).all()
    assert (trace.actor_id, trace.subject_id) == (town.association.user.id, referral_id)


def test_the_other_side_is_told_without_a_word_of_it(town: Town, folder: Path) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    jobs.drain()
    attach(town, referral_id, folder)
    attach(town, referral_id, folder, actor=town.association.actor)
    jobs.drain()
    told = session().scalars(select(Notification).where(Notification.kind == "referral.document")).all()
    assert {row.user_id for row in told} == {town.association.user.id, town.landlord.user.id}
    assert {row.link for row in told} == {f"/orientations/{referral_id}"}


@pytest.mark.security
def test_nothing_of_it_lies_open_on_the_disk(sender: Visitor, town: Town, folder: Path) -> None:
    referral_id = make_referral(town)
    join(sender, referral_id, photo(size=(2500, 2500)), "Quenouille.jpg")
    [kept] = files_in(folder)
    sealed = kept.read_bytes()
    assert b"JFIF" not in sealed
    row = session().scalars(select(ReferralDocument)).one()
    assert b"Quenouille" not in row.about_sealed
    assert "Quenouille" not in str(kept)


def test_one_document_for_several_partners_of_one_sending(sender: Visitor, town: Town, folder: Path) -> None:
    first, second = send(town, town.service, town.other_service, mode="each_may_act")
    assert town.other_association.org.name in readable(sender.get(page_of(first.id)))
    join(sender, first.id, also=[str(second.id)])
    assert (documents(first.id), documents(second.id)) == (1, 1)
    one, other = files_in(folder)
    assert one.read_bytes() != other.read_bytes(), "each is sealed under its own key"


@pytest.mark.security
def test_it_cannot_be_joined_to_what_is_not_ones_own(sender: Visitor, app: Flask, town: Town, folder: Path) -> None:
    mine = make_referral(town)
    stranger = Visitor(app, town.stranger)
    stranger.get(page_of(mine), status=404)
    stranger.post(page_of(mine), status=404, file=(io.BytesIO(pdf()), "x.pdf"))
    assert files_in(folder) == []
    elsewhere = send(make_town())[0].id
    join(sender, mine, also=[str(elsewhere)])
    assert (documents(mine), documents(elsewhere)) == (1, 0)
    brother = send(town, town.service, town.other_service, mode="each_may_act")[0].id
    assert "Choisissez parmi" in refused(sender, brother, pdf(), "x.pdf", also=[str(elsewhere)])
    assert documents(elsewhere) == 0


@pytest.mark.security
@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"MZ" * 200, "facture.pdf", "Envoyez un PDF"),
        (pdf(), "photo.jpg", "son nom annonce autre chose"),
        (pdf(password="x"), "verrou.pdf", "mot de passe"),
        (b"", "vide.pdf", "vide"),
        (b"%PDF-" + b"0" * MAX_BYTES, "lourd.pdf", "10 Mo"),
    ],
)
def test_a_disguised_or_heavy_file_is_refused_in_words(
    sender: Visitor, town: Town, folder: Path, data: bytes, name: str, said: str
) -> None:
    referral_id = make_referral(town)
    assert said in refused(sender, referral_id, data, name)
    assert (documents(referral_id), files_in(folder)) == (0, [])


def test_without_a_file_or_far_too_long(sender: Visitor, town: Town) -> None:
    where = page_of(make_referral(town))
    assert "Choisissez un fichier" in sender.refused(where)
    assert "Choisissez un fichier" in sender.refused(where, file="une phrase")
    sender.post(where, status=413, file=(io.BytesIO(b"%PDF-" + b"0" * (MAX_BYTES + 100_000)), "x.pdf"))


def test_a_dozen_is_enough(town: Town, folder: Path) -> None:
    referral_id = make_referral(town)
    for _ in range(policy.MOST_DOCUMENTS):
        attach(town, referral_id, folder)
    with pytest.raises(Invalid):
        attach(town, referral_id, folder)


def test_its_own_side_takes_it_back_and_the_other_cannot(
    sender: Visitor, receiver: Visitor, town: Town, folder: Path
) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    join(sender, referral_id)
    where = f"{page_of(referral_id)}/{link(sender.get(page_of(referral_id)))}"
    receiver.post(f"{where}/retirer", status=403)
    sender.go(f"{where}/retirer")
    assert (documents(referral_id), files_in(folder)) == (0, [])
    receiver.get(where, status=404)
    sender.post(f"{where}/retirer", status=404)


def test_a_volunteer_reads_what_is_assigned_and_joins_nothing(town: Town, folder: Path, app: Flask) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    document_id = attach(town, referral_id, folder)
    user = make_user(town.association.org, ("volunteer",))
    volunteer = Visitor(app, town.association, user)
    volunteer.get(f"{page_of(referral_id)}/{document_id}", status=404)
    volunteer.get(page_of(referral_id), status=404)
    service_of_referrals.assign(town.association.actor, referral_id=referral_id, user_id=user.id)
    assert "courrier.pdf" in volunteer.get(page_of(referral_id))
    volunteer.get(f"{page_of(referral_id)}/{document_id}")
    volunteer.post(page_of(referral_id), status=422, file=(io.BytesIO(pdf()), "x.pdf"))


@pytest.mark.parametrize("event", [Event.DECLINE, Event.CANCEL, Event.ENTERED_IN_ERROR])
def test_a_closed_referral_takes_and_opens_nothing_more(town: Town, folder: Path, event: Event) -> None:
    referral_id = make_referral(town)
    document_id = attach(town, referral_id, folder)
    do(town, referral_id, event)
    with pytest.raises(Conflict):
        attach(town, referral_id, folder)
    with pytest.raises(NotFound):
        service.opened(town.association.actor, referral_id=referral_id, document_id=document_id, folder=folder)


@pytest.mark.security
def test_a_consent_taken_back_takes_the_documents_with_it(town: Town, folder: Path) -> None:
    referral_id = make_referral(town, State.IN_PROGRESS)
    other = make_referral(town)
    attach(town, referral_id, folder)
    attach(town, other, folder)
    do(town, referral_id, Event.WITHDRAW_CONSENT)
    jobs.drain()
    assert (documents(referral_id), documents(other), len(files_in(folder))) == (0, 1, 1)


@pytest.mark.security
def test_what_lost_its_key_or_its_row_is_swept(town: Town, folder: Path) -> None:
    erased, kept = make_referral(town), make_referral(town)
    attach(town, erased, folder)
    attach(town, kept, folder)
    with transaction() as tx:
        content_keys.destroy_keys(tx, sealing.REFERRAL, erased)
    assert service.sweep(clock.now(), folder=folder) == 0, "what is young may be on its way"
    assert documents(erased) == 0
    assert service.sweep(clock.now() + timedelta(days=2), folder=folder) == 1
    assert (documents(kept), len(files_in(folder))) == (1, 1)
