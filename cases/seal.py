"""Sealing: AES-256-GCM with key ids, for what must not lie in clear (decision 21)."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cases.errors import BadInput, WrongKey

_NONCE = 12  # bytes, the size that NIST SP 800-38D recommends for GCM


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by id, 32 bytes each; `current` seals, the others still open. Never printed."""

    current: str
    keys: dict[str, bytes]

    def __repr__(self) -> str:
        return f"KeyRing(current={self.current!r})"

    def seal(self, text: str, company_id: str) -> bytes:
        """`key id`:`nonce + ciphertext`; bound to the company, so a row cannot be moved."""
        return self.seal_bytes(text.encode("utf-8", "surrogatepass"), company_id)

    def seal_bytes(self, data: bytes, bound_to: str) -> bytes:
        """`seal` of bytes that are no text."""
        nonce = os.urandom(_NONCE)
        box = AESGCM(self.keys[self.current]).encrypt(nonce, data, bound_to.encode())
        return self.current.encode() + b":" + nonce + box

    def open(self, sealed: bytes, company_id: str) -> str:
        """The text again. Raises WrongKey for an unknown key, another company or a changed byte."""
        return self.open_bytes(sealed, company_id).decode("utf-8", "surrogatepass")

    def open_bytes(self, sealed: bytes, bound_to: str) -> bytes:
        """`open` of bytes that are no text."""
        key_id, _, box = sealed.partition(b":")
        key = self.keys.get(key_id.decode("ascii", "replace"))
        if key is None:
            raise WrongKey("unknown key id")
        try:
            return AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], bound_to.encode())
        except (InvalidTag, ValueError) as error:
            raise WrongKey("the seal does not match") from error

    def seal_json(self, value: Any, company_id: str) -> bytes:
        """`seal` of the value as JSON."""
        return self.seal(json.dumps(value, ensure_ascii=False), company_id)

    def open_json(self, sealed: bytes, company_id: str) -> Any:
        """`open`, parsed as JSON."""
        return json.loads(self.open(sealed, company_id))


def parse_ring(text: str) -> KeyRing:
    """A ring from `id:base64` entries separated by commas or lines; the first one seals."""
    keys: dict[str, bytes] = {}
    for entry in text.replace("\n", ",").split(","):
        key_id, _, value = entry.strip().partition(":")
        if not key_id:
            continue
        keys[key_id] = _key(value)
    if not keys:
        raise BadInput("data_key_empty", name="HITOTSUBU_DATA_KEY")
    return KeyRing(next(iter(keys)), keys)


def key_file(path: Path) -> KeyRing:
    """The ring in a file, made with one fresh key (mode 0600) when the file is not there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        entry = "k1:" + base64.b64encode(os.urandom(32)).decode()
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(entry + "\n")
    return parse_ring(path.read_text())


def _key(value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except ValueError as error:
        raise BadInput("data_key_base64", name="HITOTSUBU_DATA_KEY") from error
    if len(key) != 32:
        raise BadInput("data_key_bytes", name="HITOTSUBU_DATA_KEY")
    return key
