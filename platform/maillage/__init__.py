"""Maillage: partner directory and secure referral exchange for social housing."""

__version__ = "0.1.0"
