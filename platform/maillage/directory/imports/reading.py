"""Tolerant readers: UTF-8 with or without its mark, or cp1252; commas, semicolons or tabs; JSON lines or one array."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from maillage.directory.imports.report import Refusal
from maillage.kernel.errors import Invalid

Row = dict[str, Any]
_BETWEEN = "\x1f"  # no text holds it: control characters are dropped

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WIDEST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row that nobody has looked at yet: most of a file that comes again need not be."""

    line: int
    said: str
    """All that the file says in this row: two rows that say the same are the same."""
    read: Callable[[], Row | Refusal]


def read_text(path: Path) -> str:
    """The file as text, whichever of the two usual encodings it was saved in, control characters dropped."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return _CONTROLS.sub("", text)


def read_csv(path: Path, required: tuple[str, ...]) -> Iterator[RawRow]:
    """Rows with the number of their first line. Raises Invalid when the file is not of this kind at all."""
    csv.field_size_limit(_WIDEST_CELL)
    text = read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in required if name not in header]
    if missing:
        raise Invalid(f"Ce fichier n’a pas les colonnes attendues : {', '.join(missing)}.")
    line = reader.line_num + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield RawRow(line, "", partial(Refusal, line, "", "La ligne est illisible."))
        else:
            if cells:
                yield RawRow(line, _BETWEEN.join((*header, *cells)), partial(_row, line, header, cells))
        line = reader.line_num + 1


def read_json(path: Path, required: tuple[str, ...]) -> Iterator[RawRow]:
    """Records of a file of JSON lines, or of one JSON array. Raises Invalid when no record looks right."""
    text = read_text(path)
    found = list(_array(text) if text.lstrip().startswith("[") else _lines(text))
    if not any(isinstance(row := one.read(), dict) and all(name in row for name in required) for one in found):
        raise Invalid(f"Ce fichier n’a pas les champs attendus : {', '.join(required)}.")
    yield from found


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _row(line: int, header: list[str], cells: list[str]) -> Row | Refusal:
    if len(cells) != len(header):
        reason = f"La ligne a {len(cells)} colonnes au lieu de {len(header)}."
        return Refusal(line, "", reason, record=cells[0].strip())
    return dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _lines(text: str) -> Iterator[RawRow]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield RawRow(number, line, partial(_line, number, line))


def _line(number: int, line: str) -> Row | Refusal:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else Refusal(number, "", "La ligne n’est pas un objet JSON.")


def _array(text: str) -> Iterator[RawRow]:
    try:
        records = json.loads(text)
    except ValueError as error:
        raise Invalid("Ce fichier JSON est illisible.") from error
    for number, found in enumerate(records, start=1):
        yield RawRow(number, json.dumps(found), partial(_element, number, found))


def _element(number: int, found: object) -> Row | Refusal:
    return found if isinstance(found, dict) else Refusal(number, "", "L’élément n’est pas un objet JSON.")
