"""Inside the organisation that received a referral: what its team notes for itself, and the sender never reads."""
