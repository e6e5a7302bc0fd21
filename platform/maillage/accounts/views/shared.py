"""What the administration of an organisation and that of the platform show alike."""

from collections.abc import Callable
from typing import Final

from flask import current_app, render_template, request

from maillage.accounts import totp
from maillage.accounts.ceremonies import Site
from maillage.accounts.forms import SignInForm
from maillage.accounts.queries import JournalLine
from maillage.accounts.roles import labels_of
from maillage.accounts.words import COUNTRIES, KINDS, READS, STATUS_TONES, STATUSES, action_in_words
from maillage.kernel import clock
from maillage.web.paging import Page

ORGANIZATION_WORDS: Final = {
    "kinds": KINDS,
    "statuses": STATUSES,
    "tones": STATUS_TONES,
    "countries": COUNTRIES,
    "reads": READS,
}


def site() -> Site:
    """Where this instance is reached, as security keys are told; in development, under whatever name was asked for."""
    settings = current_app.extensions["maillage_settings"]
    return Site.at(settings.base_url if settings.production else request.host_url)


def sign_in_page(form: SignInForm) -> str:
    return render_template("accounts/sign_in.html", form=form, demo_accounts=demo_accounts())


def demo_accounts() -> list[dict[str, str | None]]:
    """Accounts of the demonstration with the code of the moment; never anywhere else."""
    listed = current_app.extensions.get("maillage_demo_accounts")
    if not current_app.config["DEMO"] or listed is None:
        return []
    return [
        account | {"code": totp.current_code(account["totp_secret"], clock.now()) if account["totp_secret"] else None}
        for account in listed()
    ]


def journal_page(template: str, read: Callable[[str | None], Page[JournalLine]], **more: object) -> str:
    """The page of a journal that the address asks for, in words."""
    after = request.args.get("after")
    return render_template(
        template, page=read(after), first_page=not after, said=action_in_words, labels_of=labels_of, **more
    )
