"""A file sealed piece by piece, so that it need not fit into memory; a missing piece is noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from cases.errors import WrongKey
from cases.seal import KeyRing

PIECE = 4 * 1024 * 1024  # bytes
_LENGTH = 4  # bytes before each sealed piece that say how long it is


def seal(ring: KeyRing, source: Path, target: Path) -> str:
    """Writes `target` and gives its SHA-256."""
    digest = hashlib.sha256()
    with source.open("rb") as plain, target.open("wb") as sealed:
        for number, piece, last in _pieces(iter(lambda: plain.read(PIECE), b"")):
            box = ring.seal_bytes(piece, _label(number, last=last))
            framed = len(box).to_bytes(_LENGTH, "big") + box
            digest.update(framed)
            sealed.write(framed)
    return digest.hexdigest()


def unseal(ring: KeyRing, source: Path, target: Path) -> None:
    """Writes the plain file. Raises WrongKey for another key, or a piece changed or missing."""
    with source.open("rb") as sealed, target.open("wb") as plain:
        for number, box, last in _pieces(_boxes(sealed.read)):
            plain.write(ring.open_bytes(box, _label(number, last=last)))


def sha256(path: Path) -> str:
    """The hash that `seal` gave."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _boxes(read: object) -> Iterator[bytes]:
    assert callable(read)  # noqa: S101  # the method of an open file
    while head := read(_LENGTH):
        length = int.from_bytes(head, "big")
        box = read(length) if length <= 2 * PIECE else b""  # never more memory than we would seal
        if len(box) != length:
            raise WrongKey("the file is cut off")
        yield box


def _pieces(found: Iterator[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """(number, piece, whether it is the last); an empty file is one empty piece."""
    number, piece = 0, next(found, b"")
    for following in found:
        yield number, piece, False
        number, piece = number + 1, following
    yield number, piece, True


def _label(number: int, *, last: bool) -> str:
    """Bound to its place: pieces cannot change places, and the end cannot be cut off."""
    return f"backup:{number}:{'last' if last else 'more'}"
