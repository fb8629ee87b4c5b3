"""The digits example as the demo runs it: manifest in, training job, package out, service, one held-out picture."""

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sdk_testkit.service import Service, start, wait_for
from sdk_testkit.wanted import wanted

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits"


def png(array):
    image = wanted("PIL.Image")
    file = io.BytesIO()
    image.fromarray((array * (255 / 16)).astype("uint8")).resize((64, 64), image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


@pytest.mark.slow
def test_digits(server, platform, tmp_path, socket_directory):
    digits = wanted("sklearn.datasets").load_digits()
    wanted("torch")
    lines, held_out = [], []
    for number, (array, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        key, usage = f"digits/images/{number:04d}.png", "EVAL" if number % 5 == 0 else "TRAIN"
        server.put("b", key, png(array))
        if usage == "EVAL":
            held_out.append((key, str(label)))
        annotation = {"type": "modelarts/image_classification", "name": str(label), "annotated-by": "human"}
        lines.append(json.dumps({"source": f"obs://b/{key}", "usage": usage, "annotation": [annotation]}))
    server.put("b", "digits/V001.manifest", "\n".join(lines).encode())
    for path in EXAMPLE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            server.put("b", f"code/digits/{path.relative_to(EXAMPLE)}", path.read_bytes())

    spec = {
        "job_id": "1", "code_dir": "obs://b/code/digits/", "boot_file": "train.py", "python": sys.executable,
        "home": str(tmp_path / "home"), "data_url": "obs://b/digits/V001.manifest", "train_url": "obs://b/digits/output/",
    }  # fmt: skip
    (tmp_path / "job.json").write_text(json.dumps(spec))
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "maquette_runtime.job", str(tmp_path / "job.json")],
        env={"PATH": os.environ["PATH"], **platform},
        capture_output=True,
        text=True,
        timeout=120,
    )
    print(done.stdout, done.stderr, f"{time.monotonic() - begun:.1f} s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "epoch 12/12" in done.stdout
    objects = server.objects["b"]
    measured = json.loads(objects["digits/output/metrics.json"][0])["accuracy"]
    assert measured >= 0.97
    names = {key.rpartition("/")[2] for key in objects if key.startswith("digits/output/model/")}
    assert names == {"config.json", "customize_service.py", "digits.pt", "net.py"}

    process, path = start(tmp_path, socket_directory, platform, model="obs://b/digits/output")
    wait_for(process, path, 60)
    service = Service(process, path)
    right = 0
    for key, label in held_out[:20]:
        head = b'--X\r\nContent-Disposition: form-data; name="images"; filename="a.png"\r\n\r\n'
        body = head + objects[key][0] + b"\r\n--X--\r\n"
        status, answer = service.ask(body=body, kind="multipart/form-data; boundary=X")
        assert status == 200, answer
        right += answer["predicted_label"] == label
    process.terminate()
    process.communicate()
    assert right >= 18
