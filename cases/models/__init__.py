"""The core tables. Import a table from its own module; importing this package loads all of them."""

from cases.models import (
    audit,
    case,
    install,
    keeping,
    loop,
    org,
    review,
    roster,
    sign_in,
    support,
    talk,
)

__all__ = [
    "audit",
    "case",
    "install",
    "keeping",
    "loop",
    "org",
    "review",
    "roster",
    "sign_in",
    "support",
    "talk",
]
