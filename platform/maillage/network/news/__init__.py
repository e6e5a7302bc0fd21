"""News: written once by the coordination or by a lead, sent to groups at a chosen time, passed on with a word."""
