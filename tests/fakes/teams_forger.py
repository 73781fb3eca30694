"""Tokens as an attacker would make them: whatever Microsoft's library refuses to write."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tests.fakes.teams_connector import APP, ISSUER, FakeMicrosoft, rsa_key

Json = dict[str, Any]
Forge = Callable[[FakeMicrosoft], str]

OTHER = "ffffffff-bbbb-cccc-dddd-eeeeeeeeeeee"
EMULATOR = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
OUTSIDE = "https://keys.evil.example/jwks.json"  # fetching it would fail the test by itself


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


def anew(fake: FakeMicrosoft, **head: Any) -> str:
    """Signed by Microsoft's own key, with an odd head."""
    return signed(fake, head, json.dumps(claims(fake)).encode())


def by_a_stranger(fake: FakeMicrosoft, **head: Any) -> str:
    """Signed by another key, whose place the head names."""
    return signed(fake, head, json.dumps(claims(fake)).encode(), rsa_key("evil"))


def in_seconds(seconds: int) -> int:
    """A moment as a token writes it."""
    return int(time.time()) + seconds


ABSENT: dict[str, Forge] = {
    "an empty header": lambda fake: "",
    "a scheme alone": lambda fake: "Bearer",
    "a scheme and a blank": lambda fake: "Bearer ",
    "no scheme": lambda fake: fake.token().removeprefix("Bearer "),
    "another scheme": lambda fake: "Basic dXNlcjpwYXNz",
    "two tokens": lambda fake: f"{fake.token()} {fake.token()}",
    "a word": lambda fake: "Bearer abc",
    "three words": lambda fake: "Bearer a.b.c",
    "three empty parts": lambda fake: "Bearer ..",
    "five parts": lambda fake: "Bearer a.b.c.d.e",
    "8,000 letters": lambda fake: f"Bearer {'a' * 8_000}",
    "letters that are no ASCII": lambda fake: "Bearer é.é.é",
}
ODD_KEYS: dict[str, Forge] = {
    "the algorithm none": unsigned,
    "the algorithm None": lambda fake: unsigned(fake, "None"),
    "no algorithm with a signature": lambda fake: unsigned(fake, "", "AAAA"),
    "an RS256 without a signature": lambda fake: unsigned(fake, "RS256"),
    "HS256 with the public key as DER": lambda fake: confused(fake, Encoding.DER),
    "HS256 with the public key as PEM": lambda fake: confused(fake, Encoding.PEM),
    "RS256 that is an HMAC": lambda fake: confused(fake, Encoding.PEM, "RS256"),
    "another RSA key": lambda fake: fake.token(key=rsa_key("evil")),
    "a signature over other claims": lambda fake: altered(fake, serviceurl="https://x/"),
    "an unknown key id": lambda fake: fake.token(headers={"kid": "key-9"}),
    "an empty key id": lambda fake: fake.token(headers={"kid": ""}),
    "a key id that is a path": lambda fake: fake.token(headers={"kid": "../../dev/null"}),
    "a key id that is SQL": lambda fake: fake.token(headers={"kid": "' or '1'='1"}),
    "a key id that is a list": lambda fake: anew(fake, kid=["key-1"]),
    "a key id that is a number": lambda fake: anew(fake, kid=1),
    "a key by address": lambda fake: by_a_stranger(fake, jku=OUTSIDE, kid="evil"),
    "a certificate by address": lambda fake: by_a_stranger(fake, x5u=OUTSIDE, kid="evil"),
    "a key inside the token": lambda fake: by_a_stranger(fake, jwk={"kty": "RSA", "kid": "key-1"}),
    "a critical extension": lambda fake: anew(fake, crit=["exp"]),
}
ODD_CLAIMS: dict[str, Forge] = {
    "it ended an hour ago": lambda fake: fake.token(exp=int(time.time()) - 3_600),
    "it ended longer ago than clocks may differ": lambda fake: fake.token(exp=in_seconds(-330)),
    "it begins in an hour": lambda fake: fake.token(nbf=int(time.time()) + 3_600),
    "it has no end": lambda fake: fake.token(exp=None),
    "its end is a word": lambda fake: told(fake, exp="never"),
    "its end is nothing": lambda fake: told(fake, exp=None),
    "its end is infinite": lambda fake: told(fake, exp=float("inf")),
    "its end is a list": lambda fake: told(fake, exp=[in_seconds(3_600)]),
    "it is for another bot": lambda fake: fake.token(aud=OTHER),
    "it is for nobody": lambda fake: fake.token(aud=None),
    "it is for an empty name": lambda fake: fake.token(aud=""),
    "it is for us and another": lambda fake: told(fake, aud=[APP.app_id, OTHER]),
    "its audience is an object": lambda fake: told(fake, aud={"id": APP.app_id}),
    "a stranger issued it": lambda fake: fake.token(iss="https://evil.example"),
    "nobody issued it": lambda fake: fake.token(iss=None),
    "its issuer is a list": lambda fake: told(fake, iss=["https://api.botframework.com"]),
    "its issuer ends like the real one": lambda fake: fake.token(
        iss="https://evil.example/https://api.botframework.com"
    ),
    "the emulator issued it": lambda fake: fake.token(iss=EMULATOR, ver="1.0", appid=APP.app_id),
    "another bot issued it": lambda fake: fake.token(ver="2.0", azp=OTHER),
    "an old bot issued it": lambda fake: fake.token(ver="1.0", appid=OTHER),
    "its claims are a list": lambda fake: signed(fake, {}, b"[]"),
    "its claims are a word": lambda fake: signed(fake, {}, b'"claims"'),
    "its claims are no JSON": lambda fake: signed(fake, {}, b"\xff{"),
    "its claims are deep": lambda fake: signed(fake, {}, b"[" * 3_000),
    "its service is another one": lambda fake: fake.token(
        serviceurl="https://smba.trafficmanager.net/jp/"
    ),
    "its service has another path": lambda fake: fake.token(serviceurl=f"{fake.url}x/"),
    "it names no service": lambda fake: fake.token(serviceurl=None),
    "its service is a list": lambda fake: told(fake, serviceurl=[fake.url]),
}
FORGED = ABSENT | ODD_KEYS | ODD_CLAIMS
