"""`XgSklServingBaseService`: scikit-learn and XGBoost models that answer rows of named values."""

from __future__ import annotations

import json
from importlib import import_module

from model_service.model_service import SingleNodeService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class XgSklServingBaseService(SingleNodeService):
    """`model_path` is the model file. `_preprocess` gets the JSON text `{"data": {"req_data": [{…}, …]}}`."""

    raw_json = True
    _loaded: Any = None

    def __init__(self, *arguments: Any) -> None:
        # Documented with (model_path) in one place and with (model_name, model_path) in another.
        if len(arguments) > 2:
            raise TypeError(f"{type(self).__name__} takes (model_path) or (model_name, model_path).")
        name, path = arguments if len(arguments) == 2 else ("", *arguments)
        super().__init__(name, path)

    def _preprocess(self, data: Any) -> Any:
        return [list(row.values()) for row in json.loads(data)["data"]["req_data"]]

    def _inference(self, data: Any) -> Any:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded.predict(data).tolist()

    def _load(self) -> Any:
        joblib: Any = import_module("joblib")  # comes with scikit-learn
        return joblib.load(self.model_path)

    def _postprocess(self, data: Any) -> Any:
        return [{"predictresult": element} for element in data]
