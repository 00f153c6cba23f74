"""Many clients of a server at once, each with one connection and one request at a time."""

from __future__ import annotations

import http.client
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Load:
    """What clients saw."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    wall_s: float = 0.0


def load(port: int, path: str, body: bytes, *, clients: int, requests: int, skip: int = 0) -> Load:
    """Send `requests` in all; the first `skip` answers of each client are not timed."""
    seen = Load()
    lock = threading.Lock()
    left = iter(range(requests))

    def client() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        seconds: list[float] = []
        statuses: dict[int, int] = {}
        while True:
            with lock:
                if next(left, None) is None:
                    break
            at = time.perf_counter()
            link.request("POST", path, body, {"Content-Type": "image/jpeg"})
            answer = link.getresponse()
            answer.read()
            seconds.append(time.perf_counter() - at)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
        link.close()
        with lock:
            seen.seconds += seconds[skip:]
            for status, count in statuses.items():
                seen.statuses[status] = seen.statuses.get(status, 0) + count

    threads = [threading.Thread(target=client) for _ in range(clients)]
    at = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    seen.wall_s = time.perf_counter() - at
    return seen
