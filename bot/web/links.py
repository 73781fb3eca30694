"""Links that a page may show: our own paths and plain web addresses, nothing that can run."""

from __future__ import annotations

from urllib.parse import urlsplit


def safe_link(url: str) -> str:
    """The address if it is one of our paths, http or https; empty for everything else."""
    if url.startswith("/") and not url.startswith(("//", "/\\")):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def own_path(url: str) -> str:
    """The address if it is a path of this server, to go back to; else the first screen."""
    plain = url.isprintable() and safe_link(url) == url
    return url if plain and url.startswith("/") else "/"
