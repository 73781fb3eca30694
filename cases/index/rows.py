"""The rows of an index: which case each one is, whether it is still there, and who may find it."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

SPARE = 64  # so many rows may be dead before it is worth closing the gaps


class Rows:
    """Cases in the order in which they came. A row that is gone is masked until `closed`."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._row: dict[str, int] = {}
        self._live = array("b")
        self._facets: dict[str, array[int]] = {}

    def __len__(self) -> int:
        return len(self._row)

    def of(self, case_id: str) -> int | None:
        """The row of a case, None when it is not here."""
        return self._row.get(case_id)

    def add(self, case_id: str, facets: Iterable[str]) -> int:
        """The next row, for a case that is not here."""
        row = self._row[case_id] = len(self.ids)
        self.ids.append(case_id)
        self._live.append(1)
        for facet in facets:
            self._facets.setdefault(facet, array("i")).append(row)
        return row

    def drop(self, case_id: str) -> int | None:
        """Takes the case out; its row, None when it was not here."""
        if (row := self._row.pop(case_id, None)) is not None:
            self._live[row] = 0
        return row

    def visible(self, groups: Sequence[Collection[str]]) -> NDArray[np.intp]:
        """The rows, ascending, that have for each group at least one of its facets."""
        seen = np.frombuffer(self._live, dtype=np.bool_)
        for group in groups:
            allowed = np.zeros(len(seen), dtype=np.bool_)
            for facet in group:
                if facet in self._facets:
                    allowed[np.frombuffer(self._facets[facet], dtype=np.int32)] = True
            seen = seen & allowed
        return np.flatnonzero(seen)

    def gaps(self) -> bool:
        """True when most rows are dead."""
        return len(self.ids) > SPARE and len(self._row) < len(self.ids) // 2

    def closed(self) -> NDArray[np.int32]:
        """Closes the gaps; for each old row the new one, −1 for those that are gone."""
        live = np.frombuffer(self._live, dtype=np.bool_)
        moved = np.where(live, np.cumsum(live) - 1, -1).astype(np.int32)
        self.ids = [self.ids[row] for row in np.flatnonzero(live)]
        self._row = {case_id: row for row, case_id in enumerate(self.ids)}
        self._live = array("b", bytes([1]) * len(self.ids))
        for facet, rows in list(self._facets.items()):
            new = moved[np.frombuffer(rows, dtype=np.int32)]
            self._facets[facet] = array("i", new[new >= 0].tobytes())
        return moved
