"""A small SMTP server of our own on loopback, able to refuse, to hang up, to speak TLS and to ask who calls."""

import base64
import re
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class SmtpSink(socketserver.ThreadingTCPServer):
    """Keeps each mail as (recipient, bytes), and in `arrivals` when it came. `refused` answers 550 and `busy` 451;
    `drop_after` mails, it hangs up."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.context = context
        self.mails: list[tuple[str, bytes]] = []
        self.senders: list[str] = []
        self.arrivals: list[float] = []
        self.logins: list[bytes] = []
        self.refused: set[str] = set()
        self.busy: set[str] = set()
        self.drop_after: int | None = None
        self.starttls = False
        self.keeping = threading.Lock()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    server: SmtpSink

    def handle(self) -> None:
        if self.server.context and not self.server.starttls:
            self._encrypt()
        self._say("220 sink")
        recipient, sent = "", 0
        while line := self.rfile.readline():
            verb = line.split(b":")[0].strip().upper()
            if verb.startswith(b"EHLO"):
                self._greet()
            elif verb.startswith(b"AUTH PLAIN"):
                self.server.logins.append(base64.b64decode(line.split()[2]))
                self._say("235 welcome")
            elif verb == b"STARTTLS":
                self._say("220 go")
                self._encrypt()
            elif verb == b"RCPT TO":
                recipient = line.split(b"<")[1].split(b">")[0].decode()
                self._answer_recipient(recipient)
            elif verb == b"DATA":
                if sent == self.server.drop_after or not self._keep(recipient):
                    return
                sent += 1
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self.server.senders += re.findall(r"^MAIL FROM:<(.*)>", line.decode(), re.IGNORECASE)
                self._say("250 fine")

    def _greet(self) -> None:
        encrypted = isinstance(self.request, ssl.SSLSocket)
        if self.server.starttls and not encrypted:
            self._say("250-sink\r\n250 STARTTLS")
        else:
            self._say("250-sink\r\n250 AUTH PLAIN")

    def _keep(self, recipient: str) -> bool:
        """False for a mail that was never ended: who sent it is gone, and will send it again."""
        lines = []
        self._say("354 go on")
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line)
        with self.server.keeping:
            self.server.mails.append((recipient, b"".join(lines)))
            self.server.arrivals.append(time.time())
        self._say("250 kept")
        return True

    def _answer_recipient(self, recipient: str) -> None:
        refusal = "550 nobody" if recipient in self.server.refused else "451 later"
        self._say(refusal if recipient in self.server.refused | self.server.busy else "250 fine")

    def _encrypt(self) -> None:
        assert self.server.context is not None
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.setup()

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()


@contextmanager
def smtp_sink(context: ssl.SSLContext | None = None) -> Iterator[SmtpSink]:
    """Run a server for the time of the block."""
    sink = SmtpSink(context)
    threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield sink
    finally:
        sink.shutdown()
        sink.server_close()
