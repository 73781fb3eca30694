"""The installation: what it installs, when it does nothing, and one sentence for each failure."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FAKE = Path(__file__).parent / "fakes" / "fake_python.sh"
TOOLS = ("sh", "mkdir", "rm", "sed", "cat", "cmp", "grep", "mv", "chmod", "dirname", "ln", "sleep")
PYTHONS = ("python3", "python3.13", "python3.12", "python3.11", "python")
LOCK = """\
# torch==2.13.0
#
one==1.0 \\
    --hash=sha256:00
# Development only: the image ends above this line.
two==2.0 \\
    --hash=sha256:11
"""
Install = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clean folder with the installer, a lock, and a PATH without a real Python."""
    project = tmp_path / "a project"
    (project / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "install.sh", project)
    (project / "requirements.lock").write_text(LOCK, encoding="utf-8")
    for tool in TOOLS:
        (project / "bin" / tool).symlink_to(str(shutil.which(tool)))
    for name in PYTHONS:
        (project / "bin" / name).symlink_to(FAKE)
    return project


@pytest.fixture
def install(folder: Path) -> Install:
    def run(*arguments: str, fake: str = "fine") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "install.sh", *arguments],
            cwd=folder,
            env=environment(folder, fake),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def environment(folder: Path, fake: str) -> dict[str, str]:
    return {"PATH": str(folder / "bin"), "FAKE": fake, "SELF": str(FAKE)}


def calls(folder: Path) -> list[str]:
    noted = folder / "calls"
    return noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []


@pytest.mark.attack(59)
def test_torch_comes_first_and_alone_then_the_lock_with_hashes(
    folder: Path, install: Install
) -> None:
    assert install().returncode == 0
    torch, lock = calls(folder)
    assert torch.endswith("https://download.pytorch.org/whl/cpu torch==2.13.0")
    assert "--no-deps --retries 0 --timeout 5" in torch
    assert "--require-hashes --no-deps -r .venv/wanted.lock" in lock


def test_the_project_is_importable_and_has_its_command(folder: Path, install: Install) -> None:
    install()
    site = folder / ".venv/lib/python3.11/site-packages"
    line = (site / "hitotsubu.pth").read_text(encoding="utf-8").strip()
    assert (site / line).resolve() == folder.resolve()
    assert os.access(folder / ".venv/bin/hitotsubu", os.X_OK)


def test_a_second_run_installs_nothing_and_says_nothing(folder: Path, install: Install) -> None:
    install()
    again = install(fake="offline")
    assert (again.returncode, again.stdout, len(calls(folder))) == (0, "", 2)


def test_a_changed_lock_is_installed_again(folder: Path, install: Install) -> None:
    install()
    (folder / "requirements.lock").write_text(LOCK.replace("one==1.0", "one==1.1"))
    install()
    assert len(calls(folder)) == 4


def test_the_image_gets_no_development_packages(folder: Path, install: Install) -> None:
    assert install("runtime").returncode == 0
    installed = (folder / ".venv/installed.lock").read_text(encoding="utf-8")
    assert "one==1.0" in installed
    assert "two==2.0" not in installed


def test_without_the_cpu_index_the_configured_one_serves(folder: Path, install: Install) -> None:
    assert install(fake="no-cpu-index").returncode == 0
    first, second, _ = calls(folder)
    assert "--index-url" in first
    assert second.endswith("--no-deps torch==2.13.0")


def test_a_cuda_build_gets_the_packages_that_it_needs(folder: Path, install: Install) -> None:
    assert install(fake="cuda").returncode == 0
    assert calls(folder)[-1].endswith("--no-input torch==2.13.0")


@pytest.mark.parametrize(
    ("fake", "code", "japanese", "english"),
    [
        ("old", "E-51", "Python 3.11 以上", "Python 3.9.18"),
        ("no-venv", "E-52", "venv がありません", "apt install python3-venv"),
        ("offline", "E-53", "ネットワーク", "check the network"),
        ("full", "E-54", "書き込めません", "cannot be written"),
        ("changed-file", "E-56", "違うため", "differs from requirements.lock"),
        ("strange", "E-57", "失敗しました", "failed"),
    ],
)
def test_a_failure_is_one_sentence_with_a_code(
    install: Install, fake: str, code: str, japanese: str, english: str
) -> None:
    run = install(fake=fake)
    first, second = run.stderr.strip().splitlines()
    assert run.returncode == 1
    assert first.startswith(code)
    assert second.startswith(code)
    assert japanese in first
    assert english in second


@pytest.mark.parametrize("fake", ["offline", "full", "changed-file", "strange"])
def test_after_a_failure_the_next_run_goes_on(folder: Path, install: Install, fake: str) -> None:
    install(fake=fake)
    assert install().returncode == 0
    assert (folder / ".venv/installed.lock").exists()


def test_a_folder_that_cannot_be_written_is_named(folder: Path, install: Install) -> None:
    (folder / ".venv").write_text("in the way of the folder", encoding="utf-8")
    run = install()
    assert run.returncode == 1
    assert "E-54" in run.stderr
    assert "a project" in run.stderr


def test_without_any_python_the_sentence_is_the_same(folder: Path, install: Install) -> None:
    for name in PYTHONS:
        (folder / "bin" / name).unlink()
    assert "E-51" in install().stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_an_interrupted_installation_goes_on_with_the_next_run(
    folder: Path, install: Install, how: signal.Signals
) -> None:
    os.mkfifo(folder / "fifo")
    running = subprocess.Popen(
        ["/bin/sh", "install.sh"],
        cwd=folder,
        env=environment(folder, "slow"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    (folder / "fifo").read_text(encoding="utf-8")  # until pip is in the middle of its work
    os.killpg(running.pid, how)
    _, said = running.communicate(timeout=120)
    if how is signal.SIGTERM:
        assert (running.returncode, said.count("E-55")) == (130, 2)
    assert not (folder / ".venv/installed.lock").exists()

    assert install().returncode == 0
    site = folder / ".venv/lib/python3.11/site-packages"
    assert not (site / "half-1.0.dist-info").exists()
    assert (site / "whole-1.0.dist-info").exists()


@pytest.mark.skipif(not shutil.which("make"), reason="make is what is tested here")
@pytest.mark.parametrize("target", ["run", "test", "check", "test-all", "bench"])
def test_every_command_installs_first(target: str) -> None:
    plan = subprocess.run(
        [str(shutil.which("make")), "--dry-run", target],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},  # nothing of the make that may have started these tests
        capture_output=True,
        text=True,
        check=True,
    )
    assert plan.stdout.splitlines()[0] == "sh install.sh"


def test_ci_calls_make_and_nothing_else_and_ends_with_the_tests() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    steps = [line for line in script.splitlines() if line.startswith("step make")]
    wanted = "setup check audit test-all test-emulate test-manifest test-cards test"
    assert steps == [f"step make {target}" for target in wanted.split()]
    assert script.rstrip().endswith(steps[-1])
