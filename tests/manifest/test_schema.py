"""The Teams app package against Microsoft's published schemas, by Microsoft's own validator."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from bot.teams.manifest import VERSION, Publisher, package

Json = dict[str, Any]

HERE = Path(__file__).parent
APP_ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
PAGE = "https://example.jp/"
OLDER = ("1.19", "1.22", "1.24")  # a cloud that is behind takes the same file


def built() -> tuple[Json, Json]:
    """The manifest and the English words of the package as it is written."""
    publisher = Publisher("株式会社みほん", PAGE, PAGE, PAGE)
    made = package(APP_ID, "hitotsubu.example.jp", publisher, "1.0.0")
    archive = zipfile.ZipFile(io.BytesIO(made))
    manifest, words = (json.loads(archive.read(name)) for name in ("manifest.json", "en.json"))
    return manifest, words


def objections(*packages: tuple[str, Json, Json]) -> list[list[str]]:
    """What the validator says of each (schema version, manifest, words); empty: it is content."""
    asked = [{"version": v, "manifest": made, "words": words} for v, made, words in packages]
    done = subprocess.run(
        [os.environ["HITOTSUBU_MANIFEST_NODE"], "validate.cjs"],
        cwd=HERE,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[list[str]] = json.loads(done.stdout)
    return found


def test_microsofts_schema_has_no_objection_to_the_package_now_and_in_older_clouds() -> None:
    manifest, words = built()
    versions = [VERSION, *OLDER]
    packages = [(each, manifest | {"manifestVersion": each}, words) for each in versions]
    assert dict(zip(versions, objections(*packages), strict=True)) == {
        each: [] for each in versions
    }


MUTANTS: dict[str, Any] = {
    "long name": lambda made: made["name"].update(short="ヒ" * 31),
    "scope": lambda made: made["bots"][0].update(scopes=["groupchat"]),
    "no outline": lambda made: made["icons"].pop("outline"),
    "command type": lambda made: made["composeExtensions"][0]["commands"][0].update(type="ask"),
    "app id": lambda made: made.update(id="hitotsubu"),
    "page": lambda made: made["developer"].update(privacyUrl="ftp://example.jp"),
    "permission": lambda made: made.update(permissions=["everything"]),
    "unknown part": lambda made: made.update(extra=1),
}


def test_microsofts_schema_sees_whatever_is_wrong() -> None:
    packages = []
    for spoil in MUTANTS.values():
        manifest, words = built()
        spoil(manifest)
        packages.append((VERSION, manifest, words))
    manifest, words = built()
    packages.append((VERSION, manifest, words | {"bots[9].name": "x"}))
    found = dict(zip([*MUTANTS, "a word for no place"], objections(*packages), strict=True))
    assert [name for name, said in found.items() if not said] == []
