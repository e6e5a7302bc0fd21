"""Templates obey the content security policy and never say `|safe` to what a person typed."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
RULES = {
    "an inline style": re.compile(r"\sstyle\s*="),
    "a style element": re.compile(r"<style[\s>]"),
    "an inline handler": re.compile(r"\son[a-z]+\s*="),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>"),
    "another host": re.compile(r"(?:src|action)=\"https?://"),
    "unescaped text": re.compile(r"\|\s*safe\b"),
}
OWN_DRAWINGS = TEMPLATES / "components/icons.html"  # prints SVG paths written in that very file


@pytest.mark.parametrize("what", RULES)
def test_no_template_holds(what: str) -> None:
    found = [
        f"{path.relative_to(TEMPLATES)}: {hit.group(0)}"
        for path in set(TEMPLATES.rglob("*.html")) - {OWN_DRAWINGS}
        for hit in RULES[what].finditer(re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S))
    ]
    assert found == []
