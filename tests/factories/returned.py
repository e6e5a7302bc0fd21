"""Delivery status notifications (RFC 3464), as mail servers write them and as somebody would forge them."""

from collections.abc import Callable
from uuid import UUID, uuid4

Change = Callable[[str], str]

_REPORT = """\
From: MAILER-DAEMON@mx.relais.example
To: retours@maillage.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="coupe"

--coupe
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--coupe
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.relais.example
X-Postfix-Sender: rfc822; ne-pas-repondre@maillage.example

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--coupe
Content-Type: {returned}

{inner}From: Maillage <ne-pas-repondre@maillage.example>
To: {address}
Subject: Vous avez un message sur Maillage
Message-ID: <{mail_id}@{host}>

Bonjour,
--coupe--
"""


def report(mail_id: UUID | None, address: str, **changes: str) -> bytes:
    """What a server tells of one of our mails, with parts of it changed."""
    parts = {"action": "failed", "returned": "message/rfc822", "inner": "", "host": "127.0.0.1"} | changes
    return _REPORT.format(mail_id=mail_id or uuid4(), address=address, **parts).encode()


def rewritten(mail_id: UUID, address: str, *pairs: tuple[str, str]) -> bytes:
    """The same, with some words replaced by others."""
    text = report(mail_id, address).decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def nested(depth: int) -> bytes:
    """Mails in mails in mails, deeper than anybody reads."""
    lines = [f'Content-Type: multipart/report; boundary="b{n}"\n\n--b{n}' for n in range(depth)]
    return "\n".join(lines).encode()
