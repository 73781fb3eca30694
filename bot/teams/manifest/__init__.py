"""The Teams app package: manifest, its English words and two icons, as one zip to upload.

The icons are the bird of bot/web/static/hitotsubu.svg: 192 px in colour, 32 px
white outline (drawn in outline.svg).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.teams.manifest.words import COMMANDS, EN, GROUP_COMMANDS, JA

Json = dict[str, Any]

VERSION = "1.29"  # of Microsoft's schema
_SCHEMA = "https://developer.microsoft.com/json-schemas/teams/v{}/MicrosoftTeams{}.schema.json"
_ICONS = ("color.png", "outline.png")
PERSONAL, GROUPS = ["personal"], ["team", "groupChat"]  # case-sensitive since 1.19
# What each is for stands in docs/teams.md; nothing of Graph, no resource-specific consent.
PERMISSIONS = ["identity", "messageTeamMembers"]
SEARCH, SHARE, SHARE_MESSAGE = "searchCases", "shareCase", "shareMessage"
QUERY = "query"  # the one parameter of the search


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
        "name": {"short": JA["name.short"], "full": JA["name.full"]},
        "description": {"short": JA["description.short"], "full": JA["description.full"]},
        "accentColor": "#DF7A3A",
        "bots": [_bot(app_id)],
        "composeExtensions": [{"botId": app_id, "commands": _extension()}],
        "defaultInstallScope": "personal",
        "permissions": PERMISSIONS,
        "validDomains": [host],
        "localizationInfo": {
            "defaultLanguageTag": "ja",
            "additionalLanguages": [{"languageTag": "en", "file": "en.json"}],
        },
    }


def english() -> Json:
    """The words of the manifest in English."""
    return {"$schema": _SCHEMA.format(VERSION, ".Localization"), **EN}


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
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)  # ZipInfo: no clock in the bytes
    return buffer.getvalue()


def _bot(app_id: str) -> Json:
    lists = ((PERSONAL, len(COMMANDS)), (GROUPS, GROUP_COMMANDS))
    return {
        "botId": app_id,
        "scopes": PERSONAL + GROUPS,
        "supportsFiles": False,
        "isNotificationOnly": False,
        "commandLists": [
            {
                "scopes": scopes,
                "commands": [
                    _told(f"bots[0].commandLists[{number}].commands[{at}]") for at in range(count)
                ],
            }
            for number, (scopes, count) in enumerate(lists)
        ],
    }


def _extension() -> list[Json]:
    """Search in the compose box, and two ways into the form; `fetchTask`: the bot makes it."""
    kinds: list[Json] = [
        {
            "id": SEARCH,
            "type": "query",
            "context": ["compose", "commandBox"],
            "initialRun": True,
            "parameters": [
                {
                    "name": QUERY,
                    "inputType": "text",
                    **_told("composeExtensions[0].commands[0].parameters[0]"),
                }
            ],
        },
        {"id": SHARE, "type": "action", "context": ["compose"], "fetchTask": True},
        {"id": SHARE_MESSAGE, "type": "action", "context": ["message"], "fetchTask": True},
    ]
    return [kind | _told(f"composeExtensions[0].commands[{at}]") for at, kind in enumerate(kinds)]


def _told(place: str) -> Json:
    """Title and description of a place, in Japanese."""
    return {name: JA[f"{place}.{name}"] for name in ("title", "description")}


def _written(data: Json) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=2).encode()
