"""Model packages as people upload them, request bodies as clients send them."""

import json
import math

import pytest
from sdk_testkit.wanted import wanted

from maquette_runtime import content
from maquette_runtime.package import Package, PackageError, missing_dependencies, parse_config

DIRTY = """{
  // the model
  "model_type": "PyTorch", /* as
  in the docs */
  "model_algorithm": "image_classification",
  "note": "http://not/a/comment, \\" // neither",
  "apis": [{"procotol": "http", "url": "/predict", "method": "post", "response": {"Content-type": "list"}},],
}"""


def make(tmp_path, config, **files):
    folder = tmp_path / "model"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return Package(str(tmp_path))


def test_a_dirty_config_is_understood(tmp_path):
    config = parse_config(DIRTY)
    assert config["note"] == 'http://not/a/comment, " // neither'
    assert config["apis"][0]["protocol"] == "http"
    package = make(tmp_path, DIRTY)
    assert package.routes == {"/": {"POST"}, "/predict": {"POST"}}


@pytest.mark.parametrize(
    ("config", "said"),
    [("{", "not valid JSON.*line 1"), ("[]", "no JSON object"), ('{"model_type": "Caffe"}', "Caffe")],
)
def test_what_cannot_be_understood_is_told(tmp_path, config, said):
    with pytest.raises(PackageError, match=said):
        make(tmp_path, config)


def test_a_directory_without_config_lists_what_it_has(tmp_path):
    (tmp_path / "weights.pt").touch()
    with pytest.raises(PackageError, match=r"weights\.pt"):
        Package(str(tmp_path))


def test_the_model_file_is_found(tmp_path):
    package = make(tmp_path, {"model_type": "PyTorch"}, net__pt="", notes__txt="")
    assert package.model_path().endswith("/model/net.pt")
    make(tmp_path, {"model_type": "PyTorch"}, model__pth="")
    assert package.model_path().endswith("/model/model.pth")
    make(tmp_path, {"model_type": "TensorFlow"})
    assert Package(str(tmp_path)).model_path().endswith("/model")


def test_several_model_files_are_ambiguous(tmp_path):
    with pytest.raises(PackageError, match=r"a\.pt, b\.pt"):
        make(tmp_path, {"model_type": "PyTorch"}, a__pt="", b__pt="").model_path()


def test_a_pytorch_package_needs_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(PackageError, match=r"customize_service\.py.*PTServingBaseService"):
        make(tmp_path, {"model_type": "PyTorch"}, a__pt="").service("m")


def test_missing_dependencies_are_found():
    packages = [{"package_name": "pytest"}, {"package_name": "no-such-thing", "package_version": "1"}]
    assert missing_dependencies({"dependencies": [{"installer": "pip", "packages": packages}]}) == ["no-such-thing"]


def part(head, body):
    return b"--X\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + body + b"\r\n"


def test_multipart_becomes_files_and_texts():
    body = (
        part('name="images"; filename="a;\\"b.png"', b"\x89PNG\r\n\r\n--Y")
        + part("name=images; filename*=UTF-8''%E5%9B%BE.png\r\nContent-Type: image/png", b"")
        + part('name="top"', "三".encode())
        + b"--X--\r\n"
    )
    data = content.parse('multipart/form-data; charset=utf-8; boundary="X"', body, raw_json=False)
    assert {name: file.read() for name, file in data["images"].items()} == {
        'a;"b.png': b"\x89PNG\r\n\r\n--Y",
        "图.png": b"",
    }
    assert data["top"] == "三"


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("multipart/form-data", b"", "no boundary"),
        ("multipart/form-data; boundary=X", part('name="a"', b"1"), "closing boundary"),
        ("multipart/form-data; boundary=X", b"--X\r\n\r\nbody\r\n--X--", "no name"),
        ("application/json", b"{", "not valid JSON"),
        ("application/json", b"\xff", "not valid JSON"),
        ("image/png", b"", "image/png"),
    ],
)
def test_bad_bodies_are_told(kind, body, said):
    with pytest.raises(content.BadBody, match=said):
        content.parse(kind, body, raw_json=False)


def test_json_is_parsed_or_kept_as_text():
    assert content.parse("application/json; charset=utf-8", b'{"a": 1}', raw_json=False) == {"a": 1}
    assert content.parse("application/json", b'{"a": 1}', raw_json=True) == '{"a": 1}'
    assert content.parse("", b"", raw_json=False) == {}


def test_answers_of_numeric_libraries_become_json():
    numpy = wanted("numpy")
    answer = {
        "array": numpy.arange(3), "scalar": numpy.float32(0.5), "nan": float("nan"),
        "deep": [numpy.array([math.inf, 1.0])], numpy.int64(7): (1, {2}), "text": "é",
    }  # fmt: skip
    told = json.loads(content.to_json(answer))
    assert told == {"array": [0, 1, 2], "scalar": 0.5, "nan": None, "deep": [[None, 1.0]], "7": [1, [2]], "text": "é"}
    with pytest.raises(TypeError, match="object"):
        content.to_json(object())
