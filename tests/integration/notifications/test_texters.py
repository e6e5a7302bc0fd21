"""Text messages leave in one way, whoever takes them: the folder of the demonstration and a gateway are held to it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from factories.listener import Listener, listening
from maillage.kernel import fetching
from maillage.kernel.ids import new_id
from maillage.notifications.mailer import Undeliverable
from maillage.notifications.texter import FolderTexter, NotSent, Texter, texter_from
from maillage.settings import SettingsError

Taken = Callable[[], dict[str, tuple[str, str]]]
NUMBER, TEXT = "+33639981122", "Bonjour. À bientôt « ici ».\nJulie"


@pytest.fixture
def gateway() -> Iterator[Listener]:
    fetching.configure(strict=False)
    with listening() as found:
        yield found
    fetching.configure(strict=True)


@pytest.fixture(params=["folder", "gateway"])
def way(request: pytest.FixtureRequest, tmp_path: Path, gateway: Listener) -> tuple[Texter, Taken]:
    """A texter, and what was taken by then: by id, to whom and what."""

    def in_folder() -> dict[str, tuple[str, str]]:
        return _by_id(json.loads(path.read_text()) for path in tmp_path.glob("*"))

    def by_gateway() -> dict[str, tuple[str, str]]:
        return _by_id(one.told for one in gateway.heard)

    if request.param == "folder":
        made = texter_from(f"file://{tmp_path}")
    else:
        made = texter_from(f"http+json://:secret@127.0.0.1:{gateway.port}/sms")
    assert made is not None
    return made, in_folder if request.param == "folder" else by_gateway


def _by_id(told: Iterator[dict[str, str]]) -> dict[str, tuple[str, str]]:
    return {one["id"]: (one["to"], one["text"]) for one in told}


def test_a_message_is_taken_whole_and_the_same_one_twice_is_one(way: tuple[Texter, Taken]) -> None:
    texter, taken = way
    first, second = new_id(), new_id()
    for message_id in (first, first, second):
        texter.send(message_id, NUMBER, TEXT)
    assert taken() == {str(first): (NUMBER, TEXT), str(second): (NUMBER, TEXT)}


@pytest.mark.parametrize(
    "number", ["", "06 39 98 11 22", "+33", "+33639981122;rm", "../../etc", "+3363998112233445566"]
)
def test_what_is_no_number_is_refused_for_good(way: tuple[Texter, Taken], number: str) -> None:
    texter, taken = way
    with pytest.raises(Undeliverable) as refused:
        texter.send(new_id(), number, TEXT)
    assert taken() == {}
    assert number not in str(refused.value) or not number


@pytest.mark.security
@pytest.mark.parametrize("status", [200, 202, 204, 302, 400, 401, 404, 408, 429, 500, 503])
def test_what_a_gateway_answers(gateway: Listener, status: int) -> None:
    gateway.answers = status
    texter = texter_from(f"http+json://:secret@127.0.0.1:{gateway.port}/sms")
    assert texter is not None and "secret" not in repr(texter)
    refused = {400, 401, 404}
    if status < 300:
        texter.send(UUID(int=1), NUMBER, TEXT)
    else:
        with pytest.raises(Undeliverable if status in refused else NotSent) as error:
            texter.send(UUID(int=1), NUMBER, TEXT)
        assert NUMBER not in str(error.value) and TEXT not in str(error.value)
    assert gateway.heard[0].headers["authorization"] == "Bearer secret"
    assert gateway.heard[0].headers["idempotency-key"] == str(UUID(int=1))


@pytest.mark.security
def test_a_gateway_is_asked_over_https_and_outside_only() -> None:
    fetching.configure(strict=True)
    for url in ("http+json://127.0.0.1:9/sms", "https+json://127.0.0.1:9/sms", "https+json://169.254.169.254/sms"):
        texter = texter_from(url)
        assert texter is not None
        with pytest.raises(NotSent):
            texter.send(new_id(), NUMBER, TEXT)


def test_nobody_is_sent_any_unless_it_is_named(tmp_path: Path) -> None:
    assert texter_from("") is None
    assert texter_from("file:///srv/sms") == FolderTexter(Path("/srv/sms"))
    for wrong in ("sms", "ftp://a/b", "https://a/b", "file:relative", "https+json:///nowhere"):
        with pytest.raises(SettingsError):
            texter_from(wrong)
