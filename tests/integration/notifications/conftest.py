import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from services.smtp import SmtpSink
from services.smtp import smtp_sink as serving

from factories import tls


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    with serving() as sink:
        yield sink


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by nobody else."""
    return tls.certificate(tmp_path / "mail.pem")


@pytest.fixture
def tls_sink(certificate: Path) -> Iterator[SmtpSink]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(context) as sink:
        yield sink
