"""Figures of serving as Prometheus reads them, in a registry of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.app.serving.serving import Serving

SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Upper bounds of the classes of durations."""
_NUMBERS: Final = ("seen", "missed", "doubtful", "odd", "kept", "failed")
"""What is told of a keeper of doubts, in counts."""


class Metrics:
    """Counts what is asked (`gate.Meter`) and answered (`serving.Listener`)."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

        self.registry = CollectorRegistry()
        self._series: dict[tuple[Any, tuple[str, ...]], Any] = {}
        ProcessCollector(registry=self.registry)
        where: Any = {"registry": self.registry}
        self._requests = Counter(
            "sightline_requests", "Requests by route and status", ("route", "status"), **where
        )
        self._received = Counter(
            "sightline_request_bytes", "Bytes of request bodies", ("route",), **where
        )
        self._seconds = Histogram(
            "sightline_request_seconds",
            "From a request's head to its answer's end",
            ("route",),
            buckets=SECONDS,
            **where,
        )
        self._worked = Histogram(
            "sightline_work_seconds",
            "Decoding a picture and running the model",
            ("model",),
            buckets=SECONDS,
            **where,
        )
        self._waited = Histogram(
            "sightline_wait_seconds", "Waiting for a thread", ("model",), buckets=SECONDS, **where
        )
        self._swaps = Counter("sightline_swaps", "Models replaced", ("model",), **where)

    def asked(self, route: str, status: int, seconds: float, received: int) -> None:
        """Count a request."""
        self._of(self._requests, route, str(status)).inc()
        self._of(self._received, route).inc(received)
        self._of(self._seconds, route).observe(seconds)

    def answered(self, model: str, *, waited_s: float, took_s: float) -> None:
        """Count a picture that was worked on."""
        self._of(self._waited, model).observe(waited_s)
        self._of(self._worked, model).observe(took_s)

    def _of(self, family: Any, *labels: str) -> Any:
        """Return a family's series of these labels, which the library looks up more slowly."""
        key = (family, labels)
        found = self._series.get(key)
        if found is None:
            found = self._series[key] = family.labels(*labels)
        return found

    def swapped(self, model: str) -> None:
        """Count a model that was replaced."""
        self._swaps.labels(model).inc()

    def watch(self, serving: Serving) -> None:
        """Tell of its queue and its models, too, as they are when somebody asks."""
        self.registry.register(_Now(serving))

    def text(self) -> bytes:
        """Return all in Prometheus' text format."""
        from prometheus_client import generate_latest

        found: bytes = generate_latest(self.registry)
        return found


class _Now:
    """Gauges that are read when they are asked for."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        stats = self._serving.stats()
        for key, what in (
            ("in_flight", "Pictures in work"),
            ("waiting", "Pictures that wait for a thread"),
            ("limit", "Pictures beyond which requests are refused"),
        ):
            yield GaugeMetricFamily(f"sightline_{key}", what, value=stats[key])
        info = GaugeMetricFamily(
            "sightline_model_info",
            "Models that answer",
            labels=("model", "version", "format", "precision"),
        )
        held = GaugeMetricFamily(
            "sightline_model_bytes", "About how much memory a model takes", labels=("model",)
        )
        doubts = GaugeMetricFamily(
            "sightline_doubts", "Answers by what the keeper made of them", labels=("model", "what")
        )
        alarm = GaugeMetricFamily(
            "sightline_drift_alarm", "1: pictures have become unlike those known", labels=("model",)
        )
        for name, slot in self._serving.slots().items():
            loaded = slot.current
            card = loaded.found.card
            info.add_metric((name, card.id, card.format, card.precision), 1)
            held.add_metric((name,), loaded.opened.nbytes)
            if loaded.keeper is not None:
                told = loaded.keeper.stats()
                for what in _NUMBERS:
                    doubts.add_metric((name, what), told[what])
                alarm.add_metric((name,), float(bool((told["drift"] or {}).get("alarm"))))
        yield from (info, held, doubts, alarm)
