"""Use-cases of the accounts, one module each family; callers name them through this package."""

from maillage.accounts.service.sessions import (
    revoke_other_sessions,
    revoke_session,
    sign_out,
    switch_organization,
    trace_use,
)

__all__ = ["revoke_other_sessions", "revoke_session", "sign_out", "switch_organization", "trace_use"]
