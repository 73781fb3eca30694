"""Postings of some rows in arrays that do not change: read quickly, mapped from a file, merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.index.matrix import room

STEPS = 65_535  # an impact takes two bytes, 1 to 65,535; 0: the row does not hold the term
CHUNK = 1 << 21  # postings that are merged at once
LEAST = 64  # rows that a common term is in: among fewer a number for every row saves nothing
COMMON = 8  # a term in more than one of so many rows is common
LEG_BITS = 2  # of a key: there are three legs


@dataclass(frozen=True, slots=True)
class Frozen:
    """Terms by their `keys`, ascending; the rows of term n lie at starts[n]:starts[n + 1], with
    what its count is worth in BM25 (STEPS: all it can be).

    Terms of many rows (`often`) also have a number for every row (`every`): with it adding them up
    takes half as long, and looking some rows up a tenth.
    """

    keys: NDArray[np.uint64]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    impacts: NDArray[np.uint16]
    often: NDArray[np.int32]  # numbers of terms, ascending
    every: NDArray[np.uint16]  # (often, rows)

    @classmethod
    def of(cls, kept: Mapping[str, NDArray[Any]]) -> Frozen:
        """From the arrays of `arrays`."""
        return cls(**{name: kept[name] for name in cls.__slots__})

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything, to be saved."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __len__(self) -> int:
        return int(self.every.shape[1])

    def places(self, keys: NDArray[np.uint64]) -> NDArray[np.intp]:
        """The number of each term, −1 for one that is not here."""
        return _found(self.keys, keys)

    def holding(self, places: NDArray[np.intp]) -> NDArray[np.int64]:
        """How many rows hold each term."""
        return np.where(places < 0, 0, self.starts[places + 1] - self.starts[places])

    def add(
        self,
        places: NDArray[np.intp],
        worth: NDArray[np.float32],
        legs: NDArray[np.intp],
        scores: NDArray[np.float32],
    ) -> None:
        """Adds the terms' impacts, times their worth, to the scores of their legs: (legs, rows)."""
        listed = _found(self.often, places.astype(np.int32)).tolist()
        starts, ends = self.starts[places].tolist(), self.starts[places + 1].tolist()
        for place, column, leg, start, end, own in zip(
            places.tolist(), listed, legs.tolist(), starts, ends, worth, strict=True
        ):
            if column >= 0:
                scores[leg] += self.every[column] * own
            elif place >= 0:
                np.add.at(scores[leg], self.rows[start:end], self.impacts[start:end] * own)

    def table(self, places: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.uint16]:
        """What each term is worth in some rows, 0 where it is not: shape (terms, rows)."""
        at, short = _found(self.often, places.astype(np.int32)), rows.astype(np.int32)
        found, listed = np.zeros((len(places), len(rows)), np.uint16), at >= 0
        found[listed] = self.every[np.ix_(at[listed], rows)]
        for term in np.flatnonzero(~listed & (places >= 0)).tolist():
            span = slice(self.starts[places[term]], self.starts[places[term] + 1])
            own = self.rows[span]
            near = np.minimum(own.searchsorted(short), len(own) - 1)
            found[term] = self.impacts[span][near] * (own[near] == short)
        return found


def frozen(
    keys: NDArray[np.uint64],
    terms: NDArray[np.integer[Any]],
    rows: NDArray[np.int32],
    impacts: NDArray[np.uint16],
    size: int,
) -> Frozen:
    """From postings in the order of their rows; `terms` are places in `keys` as these came."""
    keys, rank = np.unique(keys, return_inverse=True)
    ranks = rank.astype(np.uint16 if len(keys) < 1 << 16 else np.int32)[terms]
    sort = np.argsort(ranks, kind="stable")  # by counting where ranks take two bytes
    held = np.bincount(ranks, minlength=len(keys))
    return _whole(keys, held, rows[sort], impacts[sort], size)


def keys_of(leg: int, terms: Iterable[str]) -> NDArray[np.uint64]:
    """A number of 64 bits for each term, the same in every process: no list of words needs to be in
    memory. The leg is in its first bits, the hash of the term in the others.

    Among a million terms of a leg two are alike with a chance of one in nine million; they are then
    one term.
    """
    own = np.frombuffer(b"".join(map(hashed, terms)), dtype="<u8")
    return own >> np.uint64(LEG_BITS) | np.uint64(leg << 64 - LEG_BITS)


def legs_of(keys: NDArray[np.uint64]) -> NDArray[np.intp]:
    """The leg of each key."""
    return (keys >> np.uint64(64 - LEG_BITS)).astype(np.intp)


@lru_cache(maxsize=1 << 15)  # terms come again and again; some 5 MB
def hashed(term: str) -> bytes:
    """64 bits of any text, the same in every process."""
    return blake2b(term.encode("utf-8", "replace"), digest_size=8).digest()


def merged(parts: Sequence[Frozen], moved: NDArray[np.int32]) -> Frozen:
    """All in one; each row, counted through all parts, goes to `moved[row]`, −1 takes it out."""
    keys = np.unique(np.concatenate([part.keys for part in parts]))
    places = [np.searchsorted(keys, part.keys) for part in parts]
    held = np.zeros(len(keys), dtype=np.int64)
    for part, place in zip(parts, places, strict=True):
        held[place] += np.diff(part.starts)
    ends = np.concatenate([[0], np.cumsum(held)])
    rows, impacts = room((int(ends[-1]),), np.int32), room((int(ends[-1]),), np.uint16)
    first = written = 0
    while first < len(keys):
        last = min(max(first + 1, int(np.searchsorted(ends, ends[first] + CHUNK))), len(keys))
        terms, at, own = _chunk(parts, places, moved, first, last)
        held[first:last] = np.bincount(terms, minlength=last - first)
        order = np.argsort(terms, kind="stable")  # runs that are sorted: quick
        span = slice(written, written + len(order))
        rows[span], impacts[span] = at[order], own[order]
        first, written = last, span.stop
    used = held > 0
    size = int(np.count_nonzero(moved >= 0))
    return _whole(keys[used], held[used], rows[:written], impacts[:written], size)


def _whole(
    keys: NDArray[np.uint64],
    held: NDArray[np.int64],
    rows: NDArray[np.int32],
    impacts: NDArray[np.uint16],
    size: int,
) -> Frozen:
    starts = np.append(0, np.cumsum(held))
    often = np.flatnonzero(held > max(size // COMMON, LEAST)).astype(np.int32)
    every = room((len(often), size), np.uint16)
    for column, term in enumerate(often):
        span = slice(starts[term], starts[term + 1])
        every[column, rows[span]] = impacts[span]
    return Frozen(keys, starts, rows, impacts, often, every)


def _chunk(
    parts: Sequence[Frozen],
    places: Sequence[NDArray[np.intp]],
    moved: NDArray[np.int32],
    first: int,
    last: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint16]]:
    """Terms (from `first` on), new rows and impacts of the terms before `last`, part by part."""
    terms, rows, impacts, base = [], [], [], 0
    for part, place in zip(parts, places, strict=True):
        a, b = np.searchsorted(place, [first, last])
        span = slice(part.starts[a], part.starts[b])
        own = moved[base : base + len(part)][part.rows[span]]
        term = np.repeat((place[a:b] - first).astype(np.int32), np.diff(part.starts[a : b + 1]))
        left = slice(None) if len(own) == 0 or own.min() >= 0 else own >= 0
        terms.append(term[left])
        rows.append(own[left])
        impacts.append(part.impacts[span][left])
        base += len(part)
    return np.concatenate(terms), np.concatenate(rows), np.concatenate(impacts)


def _found(among: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.intp]:
    """The places of `wanted` in a sorted array, −1 for what is not there."""
    if not len(among):
        return np.full(len(wanted), -1, dtype=np.intp)
    at = np.minimum(np.searchsorted(among, wanted), len(among) - 1)
    return np.where(among[at] == wanted, at, -1)
