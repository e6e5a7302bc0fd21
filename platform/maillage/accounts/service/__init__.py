"""Use-cases of the accounts, one module each family; callers name them through this package."""

from maillage.accounts.service.absences import announce_absence, end_absence
from maillage.accounts.service.grants import GrantLetter, LinkExpired, write_letter
from maillage.accounts.service.journal import order_journal, write_journal
from maillage.accounts.service.mailboxes import claim_organization, disown_mailbox, prove_mailbox
from maillage.accounts.service.members import (
    Invitation,
    accept_invitation,
    add_membership,
    cancel_invitation,
    change_roles,
    end_membership,
    invitation,
    invite,
)
from maillage.accounts.service.organizations import (
    change_identity,
    change_reading,
    create_organization,
    open_organization,
    reopen_organization,
    suspend_organization,
    vet_organization,
)
from maillage.accounts.service.recovery import ask_reset, change_password, reset_password, resetting
from maillage.accounts.service.second_factor import (
    Enrolment,
    begin_totp,
    confirm_totp,
    disable_totp,
    enrol_totp,
    pending_totp,
    renew_recovery_codes,
)
from maillage.accounts.service.security_keys import add_key, ask_key, confirm_key, offer_key, remove_key
from maillage.accounts.service.sessions import (
    close_all,
    revoke_other_sessions,
    revoke_session,
    sign_out,
    switch_organization,
    trace_use,
)
from maillage.accounts.service.sign_in import Entry, confirm_second_factor, prove_by_password, sign_in
from maillage.accounts.service.tokens import issue_token, revoke_token
from maillage.accounts.service.upkeep import replay_job, sweep
from maillage.accounts.service.users import change_profile, create_user, deactivate_user, reactivate_user

__all__ = [
    "Enrolment",
    "Entry",
    "GrantLetter",
    "Invitation",
    "LinkExpired",
    "accept_invitation",
    "add_key",
    "add_membership",
    "announce_absence",
    "ask_key",
    "ask_reset",
    "begin_totp",
    "cancel_invitation",
    "change_identity",
    "change_password",
    "change_profile",
    "change_reading",
    "change_roles",
    "claim_organization",
    "close_all",
    "confirm_key",
    "confirm_second_factor",
    "confirm_totp",
    "create_organization",
    "create_user",
    "deactivate_user",
    "disable_totp",
    "disown_mailbox",
    "end_absence",
    "end_membership",
    "enrol_totp",
    "invitation",
    "invite",
    "issue_token",
    "offer_key",
    "open_organization",
    "order_journal",
    "pending_totp",
    "prove_by_password",
    "prove_mailbox",
    "reactivate_user",
    "remove_key",
    "renew_recovery_codes",
    "reopen_organization",
    "replay_job",
    "reset_password",
    "resetting",
    "revoke_other_sessions",
    "revoke_session",
    "revoke_token",
    "sign_in",
    "sign_out",
    "suspend_organization",
    "sweep",
    "switch_organization",
    "trace_use",
    "vet_organization",
    "write_journal",
    "write_letter",
]
