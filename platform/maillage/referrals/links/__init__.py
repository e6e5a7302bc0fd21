"""Answering a referral without an account: a link mailed to the organisation's registered mailbox, then a code."""
