"""Asking an address that somebody typed: only public ones, the one that was looked at, and never for long."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from factories import tls
from factories.listener import Listener, drip, endless, listening, redirecting, silent
from factories.process import own_process
from maillage.kernel import fetching
from maillage.kernel.fetching import Answer, Forbidden, Slow, Unreachable, exchange

pytestmark = pytest.mark.security


@pytest.fixture(autouse=True)
def process() -> Iterator[None]:
    with own_process():
        fetching.configure(strict=False)
        yield


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


def ask(url: str, *, seconds: float = 5, most_bytes: int = 100) -> Answer:
    return exchange("POST", url, b"{}", {}, seconds=seconds, most_bytes=most_bytes)


REFUSED = (
    "http://8.8.8.8 https://127.0.0.1:{port} https://127.1:{port} https://0:{port} https://0.0.0.0:{port} "
    "https://2130706433:{port} https://0x7f000001:{port} https://017700000001:{port} https://localhost:{port} "
    "https://[::1]:{port} https://[::]:{port} https://[::ffff:127.0.0.1]:{port} https://[::127.0.0.1]:{port} "
    "https://[64:ff9b::127.0.0.1]:{port} https://[2002:7f00:1::]:{port} https://[fd00::1] https://[fe80::1] "
    "https://[fd00:ec2::254] https://10.1.2.3 https://172.16.0.1 https://192.168.0.1 https://169.254.169.254/latest "
    "https://[::ffff:169.254.169.254]/ https://100.64.0.1 https://100.100.100.200 https://192.0.0.192 "
    "https://168.63.129.16 "
    "https://198.18.0.1 https://224.0.0.1 https://255.255.255.255 https://240.0.0.1 https://user@8.8.8.8 "
    "https://8.8.8.8:99999 https:///path ftp://8.8.8.8 file:///etc/passwd gopher://127.0.0.1:6379/_INFO https://[::1"
).split()


@pytest.mark.parametrize("url", REFUSED)
def test_no_address_but_public_ones_over_https_is_asked(listener: Listener, url: str) -> None:
    fetching.configure(strict=True)
    with pytest.raises((Forbidden, Unreachable)) as refusal:
        ask(url.format(port=listener.port))
    assert refusal.type is Forbidden
    assert listener.connections == 0


def test_public_addresses_are_told() -> None:
    fetching.configure(strict=True)
    assert fetching.public_addresses("https://8.8.8.8/") == (["8.8.8.8"], 443)
    assert fetching.public_addresses("https://[2001:4860:4860::8888]:8443/") == (["2001:4860:4860::8888"], 8443)


def answers_of(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Make names stand for these addresses, one answer after the other; what was asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", resolve)
    return asked


def test_a_name_with_one_private_address_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    fetching.configure(strict=True)
    answers_of(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Forbidden):
        ask("https://hook.example/")


def test_a_name_that_changes_its_address_is_reached_where_it_was_looked_at(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    """Rebinding: public when looked at, loopback a moment later. The name is resolved once."""
    fetching.configure(strict=True)
    dialled: list[tuple[str, int]] = []

    def dial(address: tuple[str, int], **_: object) -> socket.socket:
        dialled.append(address)
        raise ConnectionRefusedError

    asked = answers_of(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    monkeypatch.setattr(fetching.socket, "create_connection", dial)
    with pytest.raises(Unreachable):
        ask(f"https://rebinding.example:{listener.port}/")
    assert asked == ["rebinding.example"]
    assert dialled == [("8.8.8.8", listener.port)]


def test_the_address_looked_at_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The name goes in the TLS greeting and in Host, and the certificate must be its own."""
    greeted: list[str | None] = []
    certificate = tls.certificate(tmp_path / "hook.pem", x509.DNSName("hook.example"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _wire, name, _context: greeted.append(name)
    server = socket.create_server(("127.0.0.1", 0))
    port, hosts = server.getsockname()[1], []

    def serve() -> None:
        for _ in range(2):
            try:
                with context.wrap_socket(server.accept()[0], server_side=True) as wire:
                    hosts.append(asked := wire.recv(4096))
                    if not asked.endswith(b"{}"):  # the body comes apart; closing before it would cut the answer
                        wire.recv(4096)
                    wire.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nheard")
            except OSError:
                continue

    threading.Thread(target=serve, daemon=True).start()
    answers_of(monkeypatch, ["127.0.0.1"])
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with server:
        assert ask(f"https://hook.example:{port}/") == Answer(200, b"heard")
        assert greeted == ["hook.example"]
        assert f"Host: hook.example:{port}\r\n".encode() in hosts[0]
        with pytest.raises(Unreachable):
            ask(f"https://other.example:{port}/")


def test_a_redirect_is_an_answer_like_another(listener: Listener) -> None:
    with listening() as canary:
        listener.answers = redirecting(canary.url)
        assert ask(listener.url).status == 307
        assert canary.connections == 0


@pytest.mark.parametrize("behaviour", [silent, drip])
def test_who_makes_us_wait_is_left_at_the_hour_said(listener: Listener, behaviour: Any) -> None:
    listener.answers = behaviour
    began = time.monotonic()
    with pytest.raises(Slow):
        ask(listener.url, seconds=0.3)
    assert time.monotonic() - began < 1


def test_what_is_endless_is_read_no_further_than_wanted(listener: Listener) -> None:
    listener.answers = endless
    assert len(ask(listener.url, most_bytes=1000).body) == 1001
    assert ask(listener.url, most_bytes=0) == Answer(200, b"")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 2", b"not http at all\r\n\r\n", b"HTTP/1.1 999999 ?\r\n\r\n"])
def test_what_is_no_answer_is_none(listener: Listener, said: bytes) -> None:
    listener.answers = lambda wire: wire.sendall(said)
    with pytest.raises(Unreachable):
        ask(listener.url)
