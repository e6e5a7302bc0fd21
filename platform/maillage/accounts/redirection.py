"""Where to go after signing in: a path of this application, whatever the address bar was told."""

from urllib.parse import urlsplit


def own_path(target: str | None, *, default: str = "/") -> str:
    """`target` when it is a path here, else `default`: a link to the sign-in page must not lead elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    if not target.isprintable() or "\\" in target or len(target) > 2000:
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target.removesuffix("?")
