"""The Teams app package: manifest, its English words and two icons, as one zip to upload.

The icons are the bird of bot/web/static/hitotsubu.svg: 192 px in colour, 32 px white outline.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Json = dict[str, Any]

VERSION = "1.19"
_SCHEMA = "https://developer.microsoft.com/json-schemas/teams/v{}/MicrosoftTeams{}.schema.json"
_ICONS = ("color.png", "outline.png")
_SCOPES = ["personal", "team", "groupChat"]  # case-sensitive
_JA = {
    "name.short": "ヒトツブ",
    "name.full": "ヒトツブ — MRどうしの好事例共有",
    "description.short": "うまくいったことを、となりの営業所へ。",
    "description.full": (
        "うまくいったことも困っていることも、ひとことで書けます。"
        "近い好事例を探して試し、月に一度、ほかの営業所の好事例が届きます。"
    ),
}
_EN = {
    "name.short": "Hitotsubu",
    "name.full": "Hitotsubu: good cases, shared among MRs",
    "description.short": "Pass what worked to the next office.",
    "description.full": (
        "Write what worked, or what troubles you, in one line. Find cases like yours, try them, "
        "and once a month read what worked in other offices."
    ),
}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who offers the app in the tenant: a name and three https pages that Teams shows."""

    name: str
    website: str
    privacy: str
    terms: str


def manifest(app_id: str, host: str, publisher: Publisher, version: str) -> Json:
    """The manifest of a bot registration. `host` is our own server, `version` three numbers."""
    return {
        "$schema": _SCHEMA.format(VERSION, ""),
        "manifestVersion": VERSION,
        "version": version,
        "id": app_id,
        "developer": {
            "name": publisher.name,
            "websiteUrl": publisher.website,
            "privacyUrl": publisher.privacy,
            "termsOfUseUrl": publisher.terms,
        },
        "icons": {"color": _ICONS[0], "outline": _ICONS[1]},
        "name": {"short": _JA["name.short"], "full": _JA["name.full"]},
        "description": {"short": _JA["description.short"], "full": _JA["description.full"]},
        "accentColor": "#DF7A3A",
        "bots": [{"botId": app_id, "scopes": _SCOPES, "supportsFiles": False}],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [host],
        "localizationInfo": {
            "defaultLanguageTag": "ja",
            "additionalLanguages": [{"languageTag": "en", "file": "en.json"}],
        },
    }


def english() -> Json:
    """The words of the manifest in English."""
    return {"$schema": _SCHEMA.format(VERSION, ".Localization"), **_EN}


def package(app_id: str, host: str, publisher: Publisher, version: str) -> bytes:
    """The zip for the Teams admin centre; the same input gives the same bytes."""
    found: dict[str, bytes] = {
        "manifest.json": _written(manifest(app_id, host, publisher, version)),
        "en.json": _written(english()),
    }
    found |= {icon: files(__name__).joinpath(icon).read_bytes() for icon in _ICONS}
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return buffer.getvalue()


def _written(data: Json) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=2).encode()
