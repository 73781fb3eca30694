"""`hitotsubu teams package`: the zip that an administrator uploads in the Teams admin centre."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from bot.cli.words import locale
from bot.views.words import say
from cases.errors import BadInput

NAME = 32  # characters of a publisher's name (Microsoft's schema)
PAGE = 2_048  # characters of an address
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_VERSION = re.compile(r"(0|[1-9]\d{0,5})(\.(0|[1-9]\d{0,5})){2}")


def add(parser: argparse.ArgumentParser) -> None:
    """The address of this bot, its app id, who offers it, and the file."""
    parser.add_argument("address", metavar="URL", help="https://…: この bot の場所 / where it runs")
    parser.add_argument(
        "--app-id", default="", metavar="GUID",
        help="Azure Bot のアプリ ID / the app id of the Azure Bot",
    )  # fmt: skip
    parser.add_argument(
        "--publisher", default="", metavar="NAME", help="会社名(32字まで) / the company's name"
    )
    parser.add_argument(
        "--website", default="", metavar="URL", help="会社のページ / the company's page"
    )
    parser.add_argument(
        "--privacy", default="", metavar="URL",
        help="個人情報のページ。なければ --website / privacy page, default: --website",
    )  # fmt: skip
    parser.add_argument(
        "--terms", default="", metavar="URL",
        help="利用規約のページ。なければ --website / terms of use, default: --website",
    )  # fmt: skip
    parser.add_argument(
        "--app-version", default="1.0.0", metavar="N.N.N",
        help="アプリの版。更新のたびに大きくします / the app's version, higher with each upload",
    )  # fmt: skip
    parser.add_argument(
        "--output", default="hitotsubu-teams.zip", metavar="FILE", help="書き出す先 / the file"
    )


def run(options: argparse.Namespace) -> int:
    """Writes the package; the same options give the same bytes. Raises BadInput for an
    option that Teams would refuse, and for a file that cannot be written."""
    from bot.teams.manifest import Publisher, package  # Teams only where it is asked for

    host, app = own_host(options.address), guid("--app-id", options.app_id)
    website = page("--website", options.website)
    publisher = Publisher(
        company_name(options.publisher),
        website,
        page("--privacy", options.privacy or website),
        page("--terms", options.terms or website),
    )
    number = numbers(options.app_version)
    try:
        Path(options.output).write_bytes(package(app, host, publisher, number))
    except OSError as error:
        raise BadInput("unwritable", path=options.output) from error
    print(say(locale(), "teams.package", file=options.output, version=number, host=host))
    return 0


def guid(option: str, given: str) -> str:
    """An id as Azure shows it, in lower case. Raises BadInput for none, and for all zeros."""
    try:
        found = UUID(given.strip())
    except ValueError:
        found = UUID(int=0)
    if found.int == 0:
        raise BadInput("azure_id", option=option, given=given)
    return str(found)


def own_host(address: str) -> str:
    """The host of our public address, as DNS writes it. Raises BadInput for one that Teams cannot
    call: not https, an IP address, a name without a dot."""
    host = _host(address)
    if host is None or not _is_public(host):
        raise BadInput("public_address", address=address)
    return host


def page(option: str, address: str) -> str:
    """An https address of a page. Raises BadInput for anything else."""
    if _host(address) is None or len(address) > PAGE:
        raise BadInput("https_page", option=option, address=address)
    return address


def company_name(given: str) -> str:
    """The publisher. Raises BadInput for no name or one that Teams would refuse."""
    name = given.strip()
    if not 0 < len(name) <= NAME:
        raise BadInput("publisher", most=NAME, given=given)
    return name


def numbers(given: str) -> str:
    """A version of three numbers. Raises BadInput for anything else."""
    if not _VERSION.fullmatch(given):
        raise BadInput("app_version", given=given)
    return given


def _host(address: str) -> str | None:
    """The host of an https address in ASCII; None for anything else."""
    try:
        parts = urlsplit(address)
        plain = parts.username is None and parts.port in (None, 443)
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:  # UnicodeError is one
        return None
    odd = any(letter.isspace() or letter == "\\" for letter in address)
    return host if parts.scheme == "https" and host and plain and not odd else None


def _is_public(host: str) -> bool:
    labels = host.split(".")
    return len(labels) > 1 and not labels[-1].isdigit() and all(map(_LABEL.fullmatch, labels))
