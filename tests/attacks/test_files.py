"""Files and addresses made to reach other files, to unfold, or to fill the memory."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from yarl import URL

from bot import cli
from bot.cli import sealed_file
from bot.cli.batch import LARGEST
from cases import import_rows, roster_rows
from cases.errors import BadInput, WrongKey
from cases.seal import parse_ring
from tests.fakes.pages import pages

RING = parse_ring("k1:" + "A" * 43 + "=")
XXE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">'
    '<!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
)


def bomb() -> bytes:
    """Ten megabytes of nothing in ten kilobytes, as a sheet of Excel would hold them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b" " * 10_000_000)
        file.writestr("../../../etc/cron.d/evil", b"x")
    return made.getvalue()


@pytest.mark.attack(47)
@pytest.mark.parametrize("data", [bomb(), XXE.encode()], ids=["zip", "xml"])
def test_an_archive_or_xml_is_no_library_and_no_roster(data: bytes) -> None:
    for csv_file in (True, False):
        try:
            rows = import_rows.read(data, csv_file=csv_file)
        except BadInput:
            continue
        assert not [row for row in rows if "root:" in str(row.values)]
    with pytest.raises(BadInput):
        roster_rows.read(roster_rows.decoded(data))


@pytest.mark.attack(47)
@pytest.mark.parametrize(
    "command",
    [
        ["import", "cases", "{file}"],
        ["roster", "import", "{file}"],
        ["guard", "--batch", "{file}"],
        ["eval", "--cases", "{file}", "--queries", "{file}"],
    ],
    ids=lambda command: command[0],
)
def test_a_file_of_ten_gigabytes_is_refused_before_it_is_read(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(10 * LARGEST)  # sparse: it takes no room
    monkeypatch.setenv("HITOTSUBU_VAR", str(tmp_path))
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{tmp_path}/x.db")
    assert cli.call([word.format(file=huge) for word in command]) == 2
    assert "huge.csv が大きすぎます" in capsys.readouterr().err


@pytest.mark.attack(47)
def test_a_backup_that_claims_a_piece_of_four_gigabytes_is_cut_off(tmp_path: Path) -> None:
    source = tmp_path / "dump"
    source.write_bytes(b"\xff\xff\xff\xff" + b"x" * 100)
    with pytest.raises(WrongKey):
        sealed_file.unseal(RING, source, tmp_path / "plain")


@pytest.mark.attack(47)
@pytest.mark.parametrize(
    "path",
    [
        "/static/%2e%2e/platform.py",
        "/static/..%2f..%2fplatform.py",
        "/static/%2fetc%2fpasswd",
        "/static/page.css%00.py",
        "/case/..%2f..%2f..%2fetc%2fpasswd",
        "/pack/..%2f../..%2f",
        "/holds/..%2f..%2fetc%2fpasswd.csv",
        "/schedule/..%2f..%2f",
    ],
)
async def test_no_address_leads_to_another_file(tmp_path: Path, path: str) -> None:
    async with pages(tmp_path) as page:
        await page.act_as("hq")
        url = URL(str(page.client.make_url("/")).rstrip("/") + path, encoded=True)
        async with page.client.session.get(url) as answer:
            assert answer.status in (400, 403, 404)
            text = await answer.text()
        assert "root:" not in text
        assert "import" not in text
