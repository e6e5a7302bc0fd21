"""Members of an organisation coming in through its own provider of identities (OpenID Connect). Why so: ADR on it."""
