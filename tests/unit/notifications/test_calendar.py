"""Calendar files as any application reads them (RFC 5545)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from maillage.notifications.calendar import CalendarEntry, ics

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def entry(**values: object) -> CalendarEntry:
    whole = {"uid": "a@maillage", "start": NOON, "end": NOON + timedelta(hours=2), "title": "Réunion"} | values
    return CalendarEntry(**whole)  # type: ignore[arg-type]


def properties(data: bytes) -> list[tuple[str, str]]:
    """The lines of a file, unfolded as the standard says, as names and values."""
    assert data.endswith(b"\r\n") and b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    whole = data.decode().replace("\r\n ", "")
    return [(line.partition(":")[0], line.partition(":")[2]) for line in whole.split("\r\n") if line]


def read(words: str) -> str:
    """A text value as its reader understands it."""

    def characters() -> Iterator[str]:
        rest = iter(words)
        for one in rest:
            yield {"n": "\n"}.get(after := next(rest), after) if one == "\\" else one

    return "".join(characters())


def test_a_date_is_told_in_full() -> None:
    told = properties(ics([entry(place="Namur", link="/reseau/x", sequence=2)], site="https://m.example/"))
    event = dict(told[told.index(("BEGIN", "VEVENT")) :])
    assert event.items() >= {
        "UID": "a@maillage", "DTSTART": "20260303T120000Z", "DTEND": "20260303T140000Z", "SUMMARY": "Réunion",
        "LOCATION": "Namur", "URL": "https://m.example/reseau/x", "SEQUENCE": "2", "STATUS": "CONFIRMED",
    }.items()  # fmt: skip
    assert told[0] == ("BEGIN", "VCALENDAR") and told[-1] == ("END", "VCALENDAR")


def test_whole_days_end_with_the_last_one() -> None:
    told = dict(properties(ics([entry(start=date(2026, 3, 3), end=date(2026, 3, 4), cancelled=True)])))
    assert (told["DTSTART;VALUE=DATE"], told["DTEND;VALUE=DATE"]) == ("20260303", "20260305")
    assert told["STATUS"] == "CANCELLED"


def test_no_date_is_still_a_calendar() -> None:
    assert [name for name, _ in properties(ics([]))][-1] == "END"


@given(st.text(max_size=300), st.text(max_size=300))
def test_what_somebody_typed_stays_one_value(title: str, place: str) -> None:
    """Whatever is in it, no line is added to the file, none is too long, and printable words come back as they were."""
    told = properties(ics([entry(title=title, place=place)]))
    names = [name for name, _ in told]
    assert names.count("SUMMARY") == names.count("BEGIN") - 1 == 1
    assert len(names) == 7 + 9 + (place != "") + 1 + 1
    if title.isprintable():
        assert read(dict(told)["SUMMARY"]) == title
