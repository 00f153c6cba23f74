from __future__ import annotations

import io
import threading

from fakes.engine_child import Echo
from sightline.jobs.engine_child import LOAD, serve_engine
from sightline.jobs.wire import receive, send


def test_it_answers_in_order_tells_the_end_and_ends_when_idle() -> None:
    requests, answers, ended = io.BytesIO(), io.BytesIO(), threading.Event()
    send(requests, {"method": "echo", "arguments": {}})
    send(requests, {"method": LOAD, "arguments": {"x": 1}})
    send(requests, {"method": "echo", "arguments": {"y": 2}})
    requests.write(b"rubbish that is no message")
    requests.seek(0)
    assert serve_engine(Echo, requests, answers, idle_s=0.2, on_end=ended.set) == 0
    assert ended.wait(60)
    answers.seek(0)
    told = [message.facts for _ in range(3) if (message := receive(answers)) is not None]
    assert "nothing is loaded" in told[0]["error"]["message"]
    assert told[1]["facts"]["loaded"] == {"x": 1}
    assert told[2]["facts"]["y"] == 2
