"""Numbers and hours as people read them."""

from datetime import UTC, datetime

import pytest

from maillage.kernel import clock
from maillage.web.templating import phone

PHONES = {
    "+33321998877": "03 21 99 88 77",
    "+3281001105": "081 00 11 05",
    "+3221234567": "02 123 45 67",
    "+32470123456": "0470 12 34 56",
    "+352123456": "+352123456",
    "112": "112",
    "": "",
}


@pytest.mark.parametrize("kept", PHONES)
def test_phones_are_written_as_in_their_country(kept: str) -> None:
    assert phone(kept) == PHONES[kept]


def test_the_parts_of_an_hour_stay_together() -> None:
    told = [clock.hour_in_words(datetime(2026, 3, 3, 9, minute, tzinfo=UTC)) for minute in (0, 5)]
    assert told == ["9\u00a0h", "9\u00a0h\u00a005"]
