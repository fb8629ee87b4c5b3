"""`MetricsManager.metrics`: named latencies that a service updates and the runtime reports.

User code tests `model_name + '_LatencyInference' in MetricsManager.metrics` before it updates, so the names exist from
the moment the runtime registers its model.
"""

from __future__ import annotations

import threading

LATENCIES = ("LatencyPreprocess", "LatencyInference", "LatencyPostprocess", "LatencyOverall")


class Metric:
    """A number observed repeatedly: count, sum, last and largest. Safe to update from any thread."""

    def __init__(self, name: str, unit: str = "ms") -> None:
        self.name = name
        self.unit = unit
        self.count = 0
        self.total = 0.0
        self.last = 0.0
        self.largest = 0.0
        self._lock = threading.Lock()

    def update(self, value: float) -> None:
        with self._lock:
            self.count += 1
            self.total += value
            self.last = value
            self.largest = max(self.largest, value)

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else 0.0


class MetricsManager:
    """The process's metrics by name; never instantiated."""

    metrics: dict[str, Metric] = {}

    @classmethod
    def register(cls, model_name: str) -> None:
        """Create the four latencies of a model, keeping those that exist."""
        for latency in LATENCIES:
            cls.metrics.setdefault(f"{model_name}_{latency}", Metric(f"{model_name}_{latency}"))
