"""An SMTP sink in a process of its own, so that who measures does not share a processor's turn with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

from services.smtp import smtp_sink


@dataclass(frozen=True)
class Mailbox:
    address: str
    _line: Connection

    def kept(self) -> tuple[int, int]:
        """How many mails came, to how many addresses."""
        self._line.send(None)
        count, addresses = self._line.recv()
        return count, addresses


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    apart = get_context("spawn")
    ours, theirs = apart.Pipe()
    process = apart.Process(target=_keep, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Mailbox(ours.recv(), ours)
    finally:
        process.terminate()
        process.join()


def _keep(line: Connection) -> None:
    with smtp_sink() as sink:
        line.send(sink.address)
        while True:
            line.recv()
            mails = sink.mails[:]
            line.send((len(mails), len({recipient for recipient, _ in mails})))
