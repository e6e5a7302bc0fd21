"""Mails that come back: what a mail server tells later, by a mail of its own (RFC 3464)."""
