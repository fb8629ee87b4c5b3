"""The base classes without a server around them."""

import sys
from types import SimpleNamespace

import pytest
from sdk_testkit.wanted import wanted

from metric.metrics_manager import MetricsManager
from model_service.model_service import SingleNodeService
from model_service.python_model_service import XgSklServingBaseService
from model_service.tfserving_model_service import TfServingBaseService


class Doubling(SingleNodeService):
    def _preprocess(self, data):
        return data["x"]

    def _inference(self, data):
        return data * 2

    def _postprocess(self, data):
        return {"y": data}


def test_the_three_steps_run_in_order_and_are_measured():
    MetricsManager.register("double")
    service = Doubling("double", "/model")
    assert service.inference({"x": 2}) == {"y": 4}
    assert service.inference({"x": 3}) == {"y": 6}
    metric = MetricsManager.metrics["double_LatencyOverall"]
    assert metric.count == 2
    assert metric.largest >= metric.mean > 0


def test_a_service_that_skips_our_constructor_still_answers():
    class Bare(Doubling):
        def __init__(self):
            pass

    assert Bare().inference({"x": 1}) == {"y": 2}


def test_pytorch_calls_the_model_per_key_and_says_when_there_is_none(tmp_path):
    torch = wanted("torch")
    from model_service.pytorch_model_service import PTServingBaseService

    service = PTServingBaseService("m", str(tmp_path / "weights.pt"))
    torch.save({"a": torch.zeros(1)}, tmp_path / "weights.pt")
    with pytest.raises(RuntimeError, match=r"set self\.model in __init__"):
        service.inference({"a": torch.ones(2)})
    service.model = torch.nn.Identity()
    assert service.inference({"a": torch.ones(2)})["a"].tolist() == [1, 1]


def test_both_documented_constructors_of_python_models():
    assert XgSklServingBaseService("/m").model_path == "/m"
    assert XgSklServingBaseService("name", "/m").model_name == "name"
    with pytest.raises(TypeError, match="model_path"):
        XgSklServingBaseService(1, 2, 3)


def test_tensorflow_signatures(monkeypatch):
    class Tensor(list):
        numpy = tolist = lambda self: self

    saved = SimpleNamespace(signatures={"predict": lambda images: {"scores": Tensor(images)}})
    fake = SimpleNamespace(
        convert_to_tensor=Tensor,
        saved_model=SimpleNamespace(load=lambda path: saved),
    )
    monkeypatch.setitem(sys.modules, "tensorflow", fake)
    assert TfServingBaseService("m", "/d").inference({"images": [1, 2]}) == {"scores": [1, 2]}
    service = TfServingBaseService("m", "/d")
    service.signature_key = "other"
    with pytest.raises(KeyError, match="it has predict"):
        service.inference({})
