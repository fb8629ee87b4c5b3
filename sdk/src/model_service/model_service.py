"""`SingleNodeService`: preprocess, infer, postprocess, with the time each took."""

from __future__ import annotations

from time import perf_counter

import log
from metric.metrics_manager import MetricsManager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

logger = log.getLogger("model_service")


class SingleNodeService:
    """One model in one process. Subclasses replace the three steps, `inference`, or both."""

    # Whether `_preprocess` gets a JSON body as the text it came in.
    raw_json = False

    def __init__(self, model_name: Any = "", model_path: Any = "") -> None:
        self.model_name = model_name
        self.model_path = model_path

    def inference(self, data: Any) -> Any:
        """Answer one request."""
        begun = perf_counter()
        data = self._preprocess(data)
        prepared = perf_counter()
        data = self._inference(data)
        inferred = perf_counter()
        data = self._postprocess(data)
        ended = perf_counter()
        self._report(1000 * (prepared - begun), 1000 * (inferred - prepared), 1000 * (ended - inferred))
        return data

    def _report(self, prepared: float, inferred: float, posted: float) -> None:
        logger.info("preprocess %.2f ms, inference %.2f ms, postprocess %.2f ms", prepared, inferred, posted)
        # A subclass may not have called our constructor.
        name = getattr(self, "model_name", "")
        overall = prepared + inferred + posted
        for suffix, value in (
            ("LatencyPreprocess", prepared),
            ("LatencyInference", inferred),
            ("LatencyPostprocess", posted),
            ("LatencyOverall", overall),
        ):
            if metric := MetricsManager.metrics.get(f"{name}_{suffix}"):
                metric.update(value)

    def _preprocess(self, data: Any) -> Any:
        return data

    def _inference(self, data: Any) -> Any:
        return data

    def _postprocess(self, data: Any) -> Any:
        return data

    def ping(self) -> None:
        """Called by nobody here; older services define and call it."""
