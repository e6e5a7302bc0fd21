"""The forms of a page as a browser reads them, to be filled with what nobody should type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = {"text", "email", "search", "tel", "url", "password", "date", "number", "textarea", "hidden"}
KEPT = {"csrf_token", "version", "edition"}  # what a browser sends back unchanged


@dataclass(slots=True)
class PageForm:
    action: str
    method: str
    typed: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)

    def filled(self, text: Callable[[str], str]) -> dict[str, str]:
        """Every field that takes text, filled with `text(name)`; one choice wherever there is one."""
        return self.chosen | {name: value if name in KEPT else text(name) for name, value in self.typed.items()}


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[PageForm] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(PageForm(given.get("action") or self.path, given.get("method", "get").upper()))
        elif self.forms and tag in ("input", "textarea", "button"):
            self._field(given.get("type", "text") if tag == "input" else tag, given)
        elif self.forms and tag == "select":
            self.select = given.get("name", "")
        elif self.forms and tag == "option" and self.select and given.get("value"):
            self.forms[-1].chosen.setdefault(self.select, given["value"])

    def _field(self, kind: str, given: dict[str, str]) -> None:
        name, form = given.get("name", ""), self.forms[-1]
        if name and kind in TYPED:
            form.typed.setdefault(name, given.get("value", ""))
        elif name and kind in ("radio", "checkbox"):
            form.chosen.setdefault(name, given.get("value", "on"))


def forms_of(page: str, path: str) -> list[PageForm]:
    """The forms of `page`, found at `path`, that write."""
    reader = _Reader(path)
    reader.feed(page)
    return [form for form in reader.forms if form.method == "POST"]
