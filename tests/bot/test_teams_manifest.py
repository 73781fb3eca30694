"""The Teams app package: names within Teams' limits, icons of the right size, stable bytes."""

from __future__ import annotations

import io
import json
import struct
import zipfile

from bot.teams.manifest import Publisher, english, package

PUBLISHER = Publisher(
    "株式会社みほん",
    "https://example.jp/",
    "https://example.jp/privacy",
    "https://example.jp/terms",
)
APP_ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


def built() -> zipfile.ZipFile:
    return zipfile.ZipFile(
        io.BytesIO(package(APP_ID, "hitotsubu.example.jp", PUBLISHER, "2026.11.0"))
    )


def test_the_package_holds_what_the_manifest_names() -> None:
    archive = built()
    manifest = json.loads(archive.read("manifest.json"))
    named = {*manifest["icons"].values(), "manifest.json", "en.json"}
    assert set(archive.namelist()) == named
    assert manifest["bots"][0]["botId"] == APP_ID
    assert manifest["validDomains"] == ["hitotsubu.example.jp"]


def test_names_and_descriptions_fit_in_both_languages() -> None:
    manifest = json.loads(built().read("manifest.json"))
    words = english()
    for name, short, long in (
        (manifest["name"], manifest["description"]["short"], manifest["description"]["full"]),
        (
            {"short": words["name.short"], "full": words["name.full"]},
            words["description.short"],
            words["description.full"],
        ),
    ):
        assert len(name["short"]) <= 30
        assert len(name["full"]) <= 100
        assert len(short) <= 80
        assert len(long) <= 4_000


def test_icons_have_the_sizes_that_teams_wants() -> None:
    archive = built()
    for icon, size in (("color.png", 192), ("outline.png", 32)):
        png = archive.read(icon)
        assert png.startswith(b"\x89PNG")
        assert struct.unpack(">II", png[16:24]) == (size, size)


def test_the_same_input_gives_the_same_package() -> None:
    pages = ("hitotsubu.example.jp", PUBLISHER, "2026.11.0")
    assert package(APP_ID, *pages) == package(APP_ID, *pages)
