from __future__ import annotations

import os
import subprocess
import sys

import psutil

from sightline.jobs.processes import child_env, is_alive, kill_tree, oom_kills, started_at

WAITS = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def test_a_process_is_known_by_its_pid_and_its_start() -> None:
    me = os.getpid()
    assert is_alive(me, started_at(me))
    assert not is_alive(me, started_at(me) - 60)
    assert started_at(2**22 + 1) == 0.0


def test_only_the_very_process_is_killed() -> None:
    with subprocess.Popen(WAITS, stdin=subprocess.PIPE) as process:
        created = started_at(process.pid)
        kill_tree(process.pid, created - 60)
        assert is_alive(process.pid, created)
        kill_tree(process.pid, created)
        process.wait(60)
        assert not is_alive(process.pid, created)


def test_a_zombie_is_not_alive() -> None:
    with subprocess.Popen(WAITS, stdin=subprocess.PIPE) as process:
        created = started_at(process.pid)
        watched = psutil.Process(process.pid)
        process.kill()
        while watched.is_running() and watched.status() != psutil.STATUS_ZOMBIE:
            pass
        assert not is_alive(process.pid, created)


def test_environment_limits_threads_and_later_ones_overrule() -> None:
    env = child_env(3, {"A": "1", "OMP_NUM_THREADS": "1"}, {"A": "2"})
    assert env["OPENBLAS_NUM_THREADS"] == "3"
    assert env["OMP_NUM_THREADS"] == "1"
    assert env["A"] == "2"
    assert env["PATH"] == os.environ["PATH"]


def test_count_of_processes_killed_for_memory_is_a_number() -> None:
    assert oom_kills() >= 0
