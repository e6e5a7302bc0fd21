"""Documents joined to a referral: sealed on disk under the referral's own key, gone with it."""
