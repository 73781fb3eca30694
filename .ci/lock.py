"""Writes requirements.lock from pyproject.toml with pip-tools: `make lock` runs it.

pip-compile notes for every version who asked for it ("via"); from those notes this file tells
what hitotsubu runs with from what only its developers need, so that the image leaves the rest out.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

TORCH = "torch==2.13.0"
HEADER = f"""\
# Every version that hitotsubu runs and is tested with, for pip. `make lock` makes this file.
#
# {TORCH}
#
# torch is installed first and alone (install.sh), and has no hash: its file is another one for
# each source (CPU build, CUDA build), and pip's hash mode takes all files of a list or none.
"""
DEVELOPMENT = "# Development only: the image ends above this line.\n"


def main() -> None:
    """Compile, split in two, write. Needs pip-tools beside this Python and a package index."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    runtime = project["project"]["dependencies"]
    development = project["dependency-groups"]["dev"]
    entries = compiled([*runtime, *development, TORCH])
    needed = closure({name_of(line) for line in runtime}, entries)
    first = "".join(text for name, text in entries.items() if name in needed)
    second = "".join(text for name, text in entries.items() if name not in needed)
    lock = f"{HEADER}\n{first}\n{DEVELOPMENT}\n{second}"
    Path("requirements.lock").write_text(lock, encoding="utf-8")
    print(f"requirements.lock: {len(entries)} versions, {len(needed & set(entries))} at run time")


def compiled(requirements: list[str]) -> dict[str, str]:
    """The pinned entries with all their hashes, by name. Old pins are kept where they still fit."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, out = Path(folder, "wanted.in"), Path(folder, "out.txt")
        wanted.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        if Path("requirements.lock").exists() and "--upgrade" not in sys.argv:
            out.write_text(Path("requirements.lock").read_text(encoding="utf-8"), encoding="utf-8")
        subprocess.run(  # noqa: S603 - our own arguments, no shell
            [sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes",
             "--strip-extras", "--unsafe-package", "torch", "--no-header", "--no-emit-options",
             "--annotation-style", "line", "--output-file", str(out), str(wanted)],
            check=True,
        )  # fmt: skip
        return entries_of(out.read_text(encoding="utf-8"))


def entries_of(text: str) -> dict[str, str]:
    """One block per package: the pin, its hashes, the `via` note (without temporary paths)."""
    blocks = re.findall(r"^[A-Za-z0-9].*\n(?:[ ].*\n)+", text, flags=re.MULTILINE)
    tidy = (re.sub(r"-r [^\s,]+", "hitotsubu", block) for block in blocks)
    return {name_of(block): block for block in tidy}


def closure(roots: set[str], entries: dict[str, str]) -> set[str]:
    """The roots and everything that they, or what they need, asked for."""
    asked_by = {name: set(re.split(r", ", via_of(block))) for name, block in entries.items()}
    needed = set(roots)
    while more := {name for name, parents in asked_by.items() if parents & needed} - needed:
        needed |= more
        if "sentence-transformers" in needed:
            needed.add("torch")  # not an entry itself, but what it needs is
    return needed


def via_of(block: str) -> str:
    """Who asked for this package, as pip-compile noted it."""
    found = re.search(r"# via (.*)$", block, flags=re.MULTILINE)
    return found.group(1) if found else ""


def name_of(requirement: str) -> str:
    """The package's name, normalised: `SQLAlchemy[asyncio]>=2.1` is `sqlalchemy`."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", found.group(0)).lower() if found else ""


if __name__ == "__main__":
    main()
