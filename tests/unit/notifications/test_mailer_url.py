from pathlib import Path

import pytest

from maillage.notifications.mailer import FileMailer, Mailer, MailNotConfigured, SinkMailer, SmtpMailer, mailer_from
from maillage.settings import SettingsError

GOOD: list[tuple[str, Mailer]] = [
    ("outbox:", SinkMailer()),
    ("file:///var/spool/m%20ail", FileMailer(Path("/var/spool/m ail"))),
    ("smtp://mail.example", SmtpMailer("mail.example", 25)),
    ("smtp://me:p%40ss@mail.example:2525", SmtpMailer("mail.example", 2525, "me", "p@ss")),
    ("smtps://me:secret@mail.example", SmtpMailer("mail.example", 465, "me", "secret", tls=True)),
]


@pytest.mark.parametrize(("url", "mailer"), GOOD)
def test_the_setting_names_a_mailer(url: str, mailer: Mailer) -> None:
    assert mailer_from(url, production=False) == mailer


@pytest.mark.parametrize("url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://h:99999", "file:here"])
def test_a_setting_that_names_none_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="MAILLAGE_MAIL_URL"):
        mailer_from(url, production=False)


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(mailer_from("smtp://me:secret@mail.example", production=True))


def test_production_never_keeps_mails_in_its_database() -> None:
    with pytest.raises(MailNotConfigured):
        mailer_from("outbox:", production=True).connected()
