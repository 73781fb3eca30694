"""The core tables. Import a table from its own module; importing this package loads all of them."""

from cases.models import audit, case, install, loop, org, review, roster, talk

__all__ = ["audit", "case", "install", "loop", "org", "review", "roster", "talk"]
