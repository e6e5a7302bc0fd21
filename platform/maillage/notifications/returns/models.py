from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel.db import Base


class MailReturn(Base):
    """How many mails came back on a day, by what was made of them: a flood of forged ones shows."""

    __tablename__ = "mail_return"

    day: Mapped[date] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(String(12), primary_key=True)
    times: Mapped[int]
