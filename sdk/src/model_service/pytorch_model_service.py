"""`PTServingBaseService`: a PyTorch model, called once per key of what `_preprocess` returned."""

from __future__ import annotations

from model_service.model_service import SingleNodeService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PTServingBaseService(SingleNodeService):
    """`model_path` is the weights file. Set `self.model` in `__init__`; a TorchScript file is loaded by itself."""

    model: Any = None

    def _inference(self, data: Any) -> Any:
        import torch

        if self.model is None:
            self.model = self._torchscript(torch)
        with torch.no_grad():
            return {key: self.model(value) for key, value in data.items()}

    def _torchscript(self, torch: Any) -> Any:
        try:
            model = torch.jit.load(self.model_path, map_location="cpu")
        except Exception as problem:
            raise RuntimeError(
                f"There is no model to call: '{self.model_path}' is not a TorchScript file, so customize_service.py "
                "must build the network and set self.model in __init__."
            ) from problem
        return model.eval()
