"""`TfServingBaseService`: a TensorFlow SavedModel, called with the tensors that `_preprocess` returned."""

from __future__ import annotations

from importlib import import_module

from model_service.model_service import SingleNodeService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class TfServingBaseService(SingleNodeService):
    """`model_path` is the directory of the SavedModel. `signature_key` chooses among several signatures."""

    signature_key: str | None = None
    _function: Any = None

    def _inference(self, data: Any) -> Any:
        if self._function is None:
            self._function = self._load()
        tensorflow: Any = import_module("tensorflow")
        inputs = {key: tensorflow.convert_to_tensor(value) for key, value in data.items()}
        return {key: value.numpy().tolist() for key, value in self._function(**inputs).items()}

    def _load(self) -> Any:
        tensorflow: Any = import_module("tensorflow")
        self._saved = tensorflow.saved_model.load(self.model_path)  # the function does not keep its model alive
        signatures: dict[str, Any] = dict(self._saved.signatures)
        wanted = self.signature_key or (next(iter(signatures)) if len(signatures) == 1 else "serving_default")
        if wanted not in signatures:
            raise KeyError(f"The SavedModel has no signature '{wanted}'; it has {', '.join(sorted(signatures))}.")
        return signatures[wanted]

    @staticmethod
    def is_tf_gpu_version() -> bool:
        """Whether TensorFlow sees a GPU; older services ask."""
        return bool(import_module("tensorflow").config.list_physical_devices("GPU"))
