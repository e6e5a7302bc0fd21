"""JSON that nobody should send: wrong values in every field, bodies that are none."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from factories.hostile import MARK, PAYLOADS, bodies, silence
from factories.world import IDENTITIES, Scene

pytestmark = pytest.mark.security

WRONG = [
    *(text for kind, text in PAYLOADS.items() if kind != "huge"), None, True, 0, -1, 2**31, 2**63, 10**40, 1e308, [],
    [None], {}, {"$ne": ""}, [[]], "", " ", "\ud800",
]  # fmt: skip


def test_wrong_values_in_every_json_field(scene: Scene) -> None:
    client, headers = scene.knock(IDENTITIES["token:D.intake"])
    with silence(scene, kept_out=[MARK]):
        for path, body in bodies(scene).items():
            for where in _leaves(body):
                for wrong in WRONG:
                    text = json.dumps(_changed(body, where, wrong))
                    answer = client.post(path, data=text, content_type="application/json", headers=headers)
                    assert answer.status_code < 500, (path, where, str(wrong)[:40])
                    assert answer.mimetype in ("application/json", "application/problem+json")


def _leaves(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        yield from _leaves(value, (*at, key))


def _changed(body: Any, where: tuple[Any, ...], value: Any) -> Any:
    if not where:
        return value
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[where[0]] = _changed(body[where[0]], where[1:], value)
    return copy


JSON = "application/json"
BROKEN: list[tuple[bytes, str, int]] = [
    (b"", JSON, 422),
    (b"{", JSON, 422),
    (b"\xff\xfe", JSON, 422),
    (b"[" * 100_000, JSON, 422),
    (b'{"a":' * 50_000, JSON, 422),
    (b"null", JSON, 422),
    (b'{"need": "\\ud800"}', JSON, 422),
    (b"NaN", JSON, 422),
    (b"{}", "text/plain", 415),
    (b"{}", "application/x-www-form-urlencoded", 415),
    (b"{}", "multipart/form-data; boundary=x", 415),
    (b"{}", "", 415),
    (b"<a/>", "application/xml", 415),
    (b" " * 3_000_000, JSON, 413),
]


@pytest.mark.parametrize(("body", "kind", "status"), BROKEN)
def test_broken_bodies_are_refused_in_words(scene: Scene, body: bytes, kind: str, status: int) -> None:
    client, headers = scene.knock(IDENTITIES["token:D.intake"])
    for path in bodies(scene):
        answer = client.post(path, data=body, headers=headers | {"Content-Type": kind})
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), path
        assert {"type", "title", "status", "detail"} <= set(answer.json)
