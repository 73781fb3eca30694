"""The Teams app package: words within Teams' limits, icons as it wants them, stable bytes.

`make test-manifest` holds it against Microsoft's own schemas.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from bot.cli import call
from bot.conversation import box
from bot.teams import manifest as made
from bot.teams.manifest import Publisher, english, package
from bot.teams.manifest.words import COMMANDS, EN, JA
from cases.text import fold

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


# The schema's limits in characters, by the end of a text's place.
LIMITS = {
    r"name\.short": 30,
    r"name\.full": 100,
    r"description\.short": 80,
    r"description\.full": 4_000,
    r"bots.*\.title": 32,  # the schema allows 128; longer ones are cut in the menu
    r"bots.*\.description": 128,
    r"composeExtensions.*\.title": 32,
    r"composeExtensions.*\.description": 128,
}


@pytest.mark.parametrize("words", [JA, EN], ids=["ja", "en"])
def test_every_word_fits_its_place(words: dict[str, str]) -> None:
    for place, text in words.items():
        (limit,) = (most for end, most in LIMITS.items() if re.fullmatch(end, place))
        assert 0 < len(text) <= limit, place


def test_both_languages_have_the_same_words() -> None:
    assert JA.keys() == EN.keys()
    assert english().keys() - {"$schema"} == EN.keys()


def test_each_word_stands_at_its_place_in_the_manifest() -> None:
    manifest = json.loads(built().read("manifest.json"))
    for place, text in JA.items():
        found = manifest
        for step in re.findall(r"\w+", place):
            found = found[int(step) if step.isdigit() else step]
        assert found == text


@pytest.mark.parametrize("typed", [word for row in COMMANDS for word in row[:2]])
def test_a_command_of_the_menu_is_understood_when_it_is_typed(typed: str) -> None:
    assert fold(typed) in box.COMMANDS


def test_a_search_and_two_ways_to_share_are_offered_beside_the_bot() -> None:
    manifest = json.loads(built().read("manifest.json"))
    (extension,) = manifest["composeExtensions"]
    assert extension["botId"] == APP_ID
    assert [(one["id"], one["type"], one["context"]) for one in extension["commands"]] == [
        (made.SEARCH, "query", ["compose", "commandBox"]),
        (made.SHARE, "action", ["compose"]),
        (made.SHARE_MESSAGE, "action", ["message"]),
    ]
    assert [one.get("fetchTask") for one in extension["commands"]] == [None, True, True]


def test_nothing_more_than_the_guide_gives_reasons_for_is_asked_for() -> None:
    manifest = json.loads(built().read("manifest.json"))
    asked = {"webApplicationInfo", "authorization", "devicePermissions", "staticTabs"}
    assert not asked & manifest.keys()
    guide = (Path(__file__).parents[2] / "docs/teams.md").read_text(encoding="utf-8")
    for permission in manifest["permissions"]:
        assert guide.count(f"| `{permission}` |") == 2


def test_icons_have_the_sizes_that_teams_wants() -> None:
    archive = built()
    for icon, size in (("color.png", 192), ("outline.png", 32)):
        png = archive.read(icon)
        assert png.startswith(b"\x89PNG")
        assert struct.unpack(">II", png[16:24]) == (size, size)
        assert len(png) < 10_000


def pixels(png: bytes) -> list[bytes]:
    """The four bytes of each pixel of a small PNG with transparency that uses no row filters."""
    data, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    plain = zlib.decompress(data)
    rows = [plain[y * 129 : (y + 1) * 129] for y in range(32)]
    assert {row[0] for row in rows} == {0}
    return [row[at : at + 4] for row in rows for at in range(1, 129, 4)]


def test_the_outline_is_white_on_nothing() -> None:
    found = pixels(built().read("outline.png"))
    assert {pixel[:3] for pixel in found if pixel[3]} == {b"\xff\xff\xff"}
    assert 0.1 < sum(pixel[3] > 0 for pixel in found) / len(found) < 0.5


def test_the_same_input_gives_the_same_package() -> None:
    pages = ("hitotsubu.example.jp", PUBLISHER, "2026.11.0")
    assert package(APP_ID, *pages) == package(APP_ID, *pages)


GOOD = {
    "--app-id": APP_ID.upper(),
    "--publisher": "株式会社みほん",
    "--website": "https://example.jp/",
}


def asked(folder: Path, address: str = "https://hitotsubu.example.jp/", **more: str) -> list[str]:
    """The command with its options; `app_id=…` replaces one."""
    options = GOOD | {f"--{name.replace('_', '-')}": value for name, value in more.items()}
    options = {"--output": str(folder / "made.zip")} | options
    return ["teams", "package", address, *(word for pair in options.items() for word in pair)]


def test_the_command_writes_the_package_and_says_where_to_upload_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(asked(tmp_path)) == 0
    written = (tmp_path / "made.zip").read_bytes()
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(written)).read("manifest.json"))
    assert (manifest["id"], manifest["validDomains"]) == (APP_ID, ["hitotsubu.example.jp"])
    assert manifest["developer"]["privacyUrl"] == GOOD["--website"]
    assert "アプリの管理" in capsys.readouterr().out
    assert call(asked(tmp_path)) == 0
    assert (tmp_path / "made.zip").read_bytes() == written


def test_a_japanese_domain_is_written_as_dns_has_it(tmp_path: Path) -> None:
    assert call(asked(tmp_path, "https://ヒトツブ.example.jp")) == 0
    archive = zipfile.ZipFile(tmp_path / "made.zip")
    assert json.loads(archive.read("manifest.json"))["validDomains"][0].startswith("xn--")


BAD = {
    "no app id": {"app_id": ""},
    "an app id that is no GUID": {"app_id": "hitotsubu"},
    "an app id of zeros": {"app_id": "00000000-0000-0000-0000-000000000000"},
    "no publisher": {"publisher": " "},
    "a long publisher": {"publisher": "あ" * 33},
    "no website": {"website": ""},
    "a website without https": {"website": "http://example.jp"},
    "a privacy page that is none": {"privacy": "個人情報"},
    "terms on a file": {"terms": "file:///etc/passwd"},
    "a long page": {"terms": f"https://example.jp/{'a' * 2_048}"},
    "a version of two numbers": {"app_version": "1.0"},
    "a version with a zero in front": {"app_version": "1.00.0"},
    "a folder as the file": {"output": "/"},
    **{
        f"address {address}": {"address": address}
        for address in (
            "",
            "hitotsubu.example.jp",
            "http://hitotsubu.example.jp",
            "https://localhost",
            "https://192.0.2.1",
            "https://[::1]/",
            "https://*.example.jp",
            "https://-a.example.jp",
            "https://a..example.jp",
            "https://a@example.jp",
            "https://example.jp:8443",
            "https://example.jp:x",
            "https://ex ample.jp",
            "https://example.jp\\@evil.example",
        )
    },
}


@pytest.mark.parametrize(("locale", "word"), [("ja", "コード"), ("en", "code")])
@pytest.mark.parametrize("wrong", BAD)
def test_what_teams_would_refuse_is_one_sentence_with_a_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: str,
    locale: str,
    word: str,
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert call(asked(tmp_path, **BAD[wrong])) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{word} E-08" in told.err
    assert len(told.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
