"""Tokens as an attacker would make them: whatever Microsoft's library refuses to write."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.fakes.teams_connector import APP, ISSUER, FakeMicrosoft

Json = dict[str, Any]


def coded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def claims(fake: FakeMicrosoft, **parts: Any) -> Json:
    """What a good token says; `parts` replace it."""
    now = int(time.time())
    return {
        "iss": ISSUER,
        "aud": APP.app_id,
        "serviceurl": fake.url,
        "nbf": now - 10,
        "exp": now + 3600,
    } | parts


def signed(
    fake: FakeMicrosoft, head: Json, body: bytes, key: rsa.RSAPrivateKey | None = None
) -> str:
    """A header with any head and body, signed as RS256 by Microsoft's key or another."""
    head = {"alg": "RS256", "typ": "JWT", "kid": fake.kid} | head
    text = f"{coded(json.dumps(head).encode())}.{coded(body)}"
    mark = (key or fake.key).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"Bearer {text}.{coded(mark)}"


def told(fake: FakeMicrosoft, **parts: Any) -> str:
    """Signed by Microsoft's own key, with odd claims."""
    return signed(fake, {}, json.dumps(claims(fake, **parts)).encode())


def public(fake: FakeMicrosoft, kind: serialization.Encoding) -> bytes:
    """The public key, which everybody can fetch."""
    found = serialization.PublicFormat.SubjectPublicKeyInfo
    return fake.key.public_key().public_bytes(kind, found)


def confused(fake: FakeMicrosoft, kind: serialization.Encoding, alg: str = "HS256") -> str:
    """HMAC with the public key as the secret: the library must not believe the token's `alg`."""
    head = {"alg": alg, "typ": "JWT", "kid": fake.kid}
    text = f"{coded(json.dumps(head).encode())}.{coded(json.dumps(claims(fake)).encode())}"
    mark = hmac.new(public(fake, kind), text.encode(), hashlib.sha256).digest()
    return f"Bearer {text}.{coded(mark)}"


def unsigned(fake: FakeMicrosoft, alg: str = "none", mark: str = "") -> str:
    """No signature, or one that is none."""
    head = {"alg": alg, "typ": "JWT", "kid": fake.kid}
    body = coded(json.dumps(claims(fake)).encode())
    return f"Bearer {coded(json.dumps(head).encode())}.{body}.{mark}"


def altered(fake: FakeMicrosoft, **parts: Any) -> str:
    """A good token whose claims were changed after it was signed."""
    head, _, mark = fake.token().removeprefix("Bearer ").split(".")
    return f"Bearer {head}.{coded(json.dumps(claims(fake, **parts)).encode())}.{mark}"
