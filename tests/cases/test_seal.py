"""Sealed values open with their own key and company only, and keys can be rotated."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import BadInput, WrongKey
from cases.seal import KeyRing, key_file, parse_ring

OLD, NEW = bytes(32), bytes(range(32))
RING = KeyRing("k1", {"k1": OLD})


@given(st.text())
@pytest.mark.attack(55)
def test_any_text_comes_back_and_is_not_readable_in_between(text: str) -> None:
    sealed = RING.seal(text, "c1")
    assert RING.open(sealed, "c1") == text
    if len(text) > 8:
        assert text.encode("utf-8", "surrogatepass") not in sealed


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert RING.seal("同じ", "c1") != RING.seal("同じ", "c1")


def test_a_row_moved_to_another_company_does_not_open() -> None:
    with pytest.raises(WrongKey):
        RING.open(RING.seal("秘密", "c1"), "c2")


@given(st.integers(min_value=0))
def test_a_changed_byte_shows(place: int) -> None:
    sealed = bytearray(RING.seal("秘密", "c1"))
    sealed[place % len(sealed)] ^= 1
    with pytest.raises(WrongKey):
        RING.open(bytes(sealed), "c1")


@pytest.mark.parametrize("sealed", [b"", b"k1:", b"k1:short", b"\xff:", b"k2:" + bytes(40)])
def test_what_is_no_seal_of_ours_is_refused(sealed: bytes) -> None:
    with pytest.raises(WrongKey):
        RING.open(sealed, "c1")


def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    rotated = KeyRing("k2", {"k2": NEW, "k1": OLD})
    assert rotated.open(RING.seal("前", "c1"), "c1") == "前"
    with pytest.raises(WrongKey):
        RING.open(rotated.seal("後", "c1"), "c1")


def test_json_is_sealed_whole() -> None:
    assert RING.open_json(RING.seal_json({"語": ["一", 2, None]}, "c1"), "c1") == {
        "語": ["一", 2, None]
    }


def test_a_ring_never_prints_its_keys() -> None:
    assert repr(RING) == "KeyRing(current='k1')"


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_the_first_entry_of_a_ring_seals() -> None:
    ring = parse_ring(f"k2:{encoded(NEW)},\n k1:{encoded(OLD)} \n\n")
    assert (ring.current, ring.keys) == ("k2", {"k2": NEW, "k1": OLD})


@pytest.mark.parametrize("text", ["", "\n,", "k1:???", "k1:" + encoded(b"short"), "k1"])
def test_a_bad_ring_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadInput) as raised:
        parse_ring(text)
    assert "DATA_KEY" in str(raised.value)
    assert "???" not in str(raised.value)


def test_a_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "data.key"
    first = key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key_file(path) == first
    assert len(first.keys["k1"]) == 32
