"""Baskets of a network lead: which partners let referrals wait, so that somebody calls the right one."""
