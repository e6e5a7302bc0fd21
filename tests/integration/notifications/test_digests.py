"""One mail for what waited, once, at the hour of the reader."""

from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask

from factories.notifications import DIGESTED, kept_mails, make_recipient, notices_of, prefer, tell
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.notifications import service
from maillage.notifications.values import Frequency

SUNDAY = datetime(2026, 3, 1, 15, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)  # eight o'clock in Paris and Brussels
TUESDAY = datetime(2026, 3, 3, 7, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 3, 9, 7, tzinfo=UTC)


def digests_at(moment: datetime) -> list[tuple[str, str]]:
    """(address, subject) of the mails that the chore makes leave at `moment`."""
    before = len(kept_mails())
    with clock.at(moment):
        service.bundle_digests(clock.now())
        jobs.drain()
    return [(mail.recipient, mail.subject) for mail in kept_mails()[before:]]


def test_a_digest_leaves_once_and_holds_all_that_waited(app: Flask) -> None:
    reader = make_recipient(country="BE")
    with clock.at(SUNDAY):
        tell(reader, kind=DIGESTED, link="/orientations/1")
        tell(reader, kind=DIGESTED, link="/orientations/2")
        tell(reader, kind=DIGESTED, link="/orientations/2")
    assert digests_at(SUNDAY) == []
    assert digests_at(MONDAY) == [(reader.email, "2 nouveautés vous attendent")]
    [mail] = kept_mails()
    assert mail.text.count("/orientations/1\n") == mail.text.count("/orientations/2\n") == 1
    assert digests_at(MONDAY) == digests_at(TUESDAY) == []


def test_a_weekly_reader_waits_for_monday_and_gets_one_mail_for_both_rhythms(app: Flask) -> None:
    reader = make_recipient()
    prefer(reader.user_id, Frequency.WEEKLY)
    with clock.at(MONDAY):
        tell(reader)
    assert digests_at(TUESDAY) == []
    with clock.at(datetime(2026, 3, 8, 20, tzinfo=UTC)):
        tell(reader, kind=DIGESTED)
    assert digests_at(NEXT_MONDAY) == [(reader.email, "2 nouveautés vous attendent")]


def test_a_machine_that_slept_at_eight_catches_up(app: Flask) -> None:
    reader = make_recipient()
    with clock.at(SUNDAY):
        tell(reader, kind=DIGESTED)
    assert digests_at(datetime(2026, 3, 4, 22, tzinfo=UTC)) == [(reader.email, "Une nouveauté vous attend")]


def test_what_was_read_in_the_application_is_not_mailed_again(app: Flask) -> None:
    about = uuid4()
    reader, other = make_recipient(), make_recipient()
    with clock.at(SUNDAY):
        tell(reader, other, kind=DIGESTED, about=about)
        tell(reader, kind=DIGESTED, link="/orientations/2")
    assert reader.user_id is not None
    [_, second] = notices_of(reader)
    service.mark_read(Actor(user_id=reader.user_id, org_id=None), notification_id=second.id)
    with transaction() as tx:
        service.mark_read_about(tx, user_id=reader.user_id, about=about)
    assert digests_at(MONDAY) == [(other.email, "Une nouveauté vous attend")]


def test_a_long_absence_makes_a_mail_that_can_be_read(app: Flask) -> None:
    reader = make_recipient()
    with clock.at(SUNDAY):
        for number in range(60):
            tell(reader, kind=DIGESTED, link=f"/orientations/{number}")
    assert digests_at(MONDAY) == [(reader.email, "60 nouveautés vous attendent")]
    [mail] = kept_mails()
    assert mail.text.count("/orientations/") == 40
    assert "http://127.0.0.1:8000/notifications\n" in mail.text


def test_many_readers_are_few_jobs(app: Flask) -> None:
    readers = [make_recipient(country=country) for country in ("FR", "BE", "XX") for _ in range(80)]
    with clock.at(SUNDAY):
        tell(*readers, kind=DIGESTED)
    assert len(digests_at(MONDAY)) == 240
