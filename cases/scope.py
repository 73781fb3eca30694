"""Who is asking: every store works inside one Scope and cannot reach another company."""

from __future__ import annotations

from dataclasses import dataclass, field

from cases.errors import NotAllowed
from cases.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Scope:
    """One company, and the member who acts (None for the system itself)."""

    company_id: str
    member_id: str | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    offices: frozenset[str] = field(default_factory=frozenset)

    @property
    def me(self) -> str:
        """The acting member's id. Raises NotAllowed where the system acts by itself."""
        if self.member_id is None:
            raise NotAllowed("nobody is acting")
        return self.member_id
