"""The server as it is started, spoken to in bytes: what no client library would send."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from elasticsearch import ApiError, TransportError
from flask import Flask
from waitress import create_server

from maillage.setup import LONGEST_BODY_IN_MEMORY, THREADS
from maillage_search.elastic.transport import probe

pytestmark = pytest.mark.security


@pytest.fixture
def address(sqlite_app: Flask) -> Iterator[tuple[str, int]]:
    """Waitress, as `maillage serve` makes it."""
    server = create_server(
        sqlite_app,
        host="127.0.0.1",
        port=0,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=True,
        inbuf_overflow=LONGEST_BODY_IN_MEMORY,
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield "127.0.0.1", server.effective_port
    server.close()
    thread.join(5)


def say(address: tuple[str, int], text: str) -> str:
    """The answers to these bytes, until the server hangs up or is silent for a second."""
    with socket.create_connection(address, timeout=5) as link:
        link.sendall(text.encode("latin-1"))
        link.settimeout(1.0)
        told = b""
        try:
            while piece := link.recv(65536):
                told += piece
        except (TimeoutError, ConnectionResetError):
            pass
    return told.decode("latin-1")


HOST = "Host: 127.0.0.1\r\n"


def test_one_request_is_one_request(address: tuple[str, int]) -> None:
    """4.2.1: with a length and chunks at once, the chunks count; what cannot be told apart is refused."""
    hidden = "GET /healthz HTTP/1.1\r\n" + HOST + "\r\n"
    both = say(
        address,
        "POST /connexion HTTP/1.1\r\n" + HOST + f"Content-Length: {5 + len(hidden)}\r\nTransfer-Encoding: chunked\r\n"
        "Connection: close\r\n\r\n0\r\n\r\n" + hidden,
    )
    assert both.count("HTTP/1.1 ") <= 2 and '"status": "ok"' not in both.split("\r\n\r\n")[0]
    for headers in (
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0x5\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\x0bchunked\r\n",
    ):
        answer = say(address, "POST /connexion HTTP/1.1\r\n" + HOST + headers + "Connection: close\r\n\r\nabcde")
        assert answer.split(" ")[1] in ("400", "501"), (headers, answer[:60])


def test_the_length_said_is_the_length_sent(address: tuple[str, int]) -> None:
    """4.2.2."""
    for path in ("/healthz", "/connexion", "/nowhere", "/static/css/base.css"):
        answer = say(address, f"GET {path} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
        head, _, body = answer.partition("\r\n\r\n")
        told = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
        assert int(told["content-length"]) == len(body) and "transfer-encoding" not in told


def test_the_server_does_not_name_itself(address: tuple[str, int]) -> None:
    """13.4.6."""
    for request in (f"GET /healthz HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", "nonsense\r\n\r\n"):
        answer = say(address, request).lower()
        assert not any(f"\r\nserver: {name}" in answer for name in ("waitress", "werkzeug", "gunicorn", "python"))
        assert "x-powered-by" not in answer and "traceback" not in answer


def test_trace_gives_nothing_back(address: tuple[str, int]) -> None:
    """13.4.4."""
    answer = say(address, f"TRACE /healthz HTTP/1.1\r\n{HOST}Cookie: secret-cookie\r\nConnection: close\r\n\r\n")
    assert answer.startswith("HTTP/1.1 405") and "secret-cookie" not in answer


def test_a_header_ends_where_its_line_ends(address: tuple[str, int]) -> None:
    """Names and values that hold control characters, lines without end: refused."""
    for line in ("X-A: b\x00c\r\n", "X A: b\r\n", " folded: x\r\n", "X-Long: " + "a" * 300_000 + "\r\n"):
        answer = say(address, "GET /healthz HTTP/1.1\r\n" + HOST + line + "Connection: close\r\n\r\n")
        assert answer[:12] != "HTTP/1.1 500" and "Traceback" not in answer, line[:20]


def test_the_search_client_follows_no_redirect() -> None:
    """15.3.2: a cluster that was taken over does not send us elsewhere, words and password included."""
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is written among the results of tests."""

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with pytest.raises((ApiError, TransportError)):
            probe(f"http://127.0.0.1:{server.server_port}", "elasticsearch")
    finally:
        server.shutdown()
        server.server_close()
    assert asked and "/elsewhere" not in asked
