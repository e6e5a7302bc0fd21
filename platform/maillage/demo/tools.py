"""What the networks of the demonstration share, with files made here: nothing binary is kept in the project."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from maillage.demo.content import Row, demo_id, rows
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.uploads import Upload
from maillage.network.groups.models import Audience
from maillage.network.resources import service
from maillage.network.resources.kinds import Kind, Licence
from maillage.network.resources.service import File, Told

ActorOf = Callable[[str], Actor]


def play(actor_of: ActorOf) -> None:
    for row in rows("resources"):
        resource_id = _share(actor_of, row)
        for key in row["used"]:
            service.use(actor_of(key), resource_id=resource_id, used=True)


def _share(actor_of: ActorOf, row: Row) -> UUID:
    told = Told(
        kind=Kind(row["kind"]),
        title=row["title"],
        summary=row["summary"],
        licence=Licence(row["licence"]),
        audience=Audience(row["audience"]),
        parts=row["parts"],
        themes=tuple(row["themes"]),
        credit=row["credit"],
    )
    author, shared = actor_of(row["by"]), clock.now() - timedelta(days=row["days_ago"])
    paper = row["paper"]
    file = None
    if paper:
        upload = Upload(f"{row['key']}.pdf", "application/pdf", pdf_of(row["title"], paper))
        file = File(upload, " ".join((row["title"], *paper)))
    with clock.at(shared):
        resource_id = service.share(author, group_id=demo_id("group", row["group"]), told=told, file=file)
    for later in row["then"]:
        with clock.at(shared + timedelta(days=later["days_after"])):
            service.revise(author, resource_id=resource_id, told=told, changed=later["changed"])
    return resource_id


def pdf_of(title: str, lines: Sequence[str]) -> bytes:
    """A page of text, written out: a library that draws would stay in the memory of the demonstration."""
    shown = [f"BT /F1 18 Tf 60 770 Td ({_plain(title)}) Tj ET"]
    shown += [f"BT /F1 12 Tf 60 {730 - 24 * place} Td ({_plain(line)}) Tj ET" for place, line in enumerate(lines)]
    drawn = "\n".join(shown).encode("cp1252")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        font,
    ]
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return made + head % (table, len(made))


def _plain(text: str) -> str:
    """As a string of a page is written."""
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
