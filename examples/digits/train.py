"""Train a small network on pictures of digits: a dataset version in, a model package out.

    python train.py --data_url=obs://bucket/digits/V001.manifest --train_url=obs://bucket/digits/output/

`data_url` is the manifest of a published version. Samples with the usage EVAL measure the model; where there are none,
every fifth sample does.
"""

import argparse
import json
import os
import posixpath
import random
import sys
import tempfile
import time

import numpy as np
import torch
from PIL import Image
from torch import nn

import moxing as mox

HERE = os.path.dirname(os.path.abspath(__file__))
CODE = os.path.join(HERE, "model")
sys.path.insert(0, CODE)

from net import DigitsNet, to_array  # noqa: E402  it lies with the package that serves the network


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data_url", required=True, help="manifest of a dataset version")
    parser.add_argument("--train_url", required=True, help="where the model package goes")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch_size", type=int, default=32)
    parser.add_argument("--learning_rate", type=float, default=0.003)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_known_args()[0]


def read_manifest(url):
    """Return (address, label, usage) for every classified picture."""
    samples = []
    with mox.file.File(url, "r") as lines:
        for line in lines:
            if not line.strip():
                continue
            sample = json.loads(line)
            for annotation in sample.get("annotation") or []:
                if annotation.get("type", "").endswith("image_classification"):
                    samples.append((sample["source"], annotation["name"], sample.get("usage", "").upper()))
                    break
    if not samples:
        raise SystemExit(f"{url} lists no pictures with a label. Label some and publish a new version.")
    return samples


def download(sources, cache):
    """Bring the pictures here, folder by folder in parallel; return the local path of each."""
    folders = {}
    for source in sources:
        folder, name = posixpath.split(source)
        folders.setdefault(folder, []).append(name)
    places = {}
    for number, (folder, names) in enumerate(folders.items()):
        places[folder] = os.path.join(cache, str(number))
        mox.file.copy_parallel(folder, places[folder], file_list=names, threads=8)
    return [os.path.join(places[posixpath.dirname(source)], posixpath.basename(source)) for source in sources]


def load(path):
    with Image.open(path) as picture:
        return to_array(picture)


def accuracy(model, pictures, targets):
    model.eval()
    with torch.no_grad():
        return (model(pictures).argmax(1) == targets).float().mean().item()


def main():
    options = parse()
    random.seed(options.seed)
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)  # steps this small only lose by being shared among cores
    samples = read_manifest(options.data_url)
    labels = sorted({label for _, label, _ in samples})
    cache = tempfile.mkdtemp(dir="/cache" if os.access("/cache", os.W_OK) else None)

    begun = time.time()
    paths = download([source for source, _, _ in samples], cache)
    pictures = torch.from_numpy(np.stack([load(path) for path in paths]))
    targets = torch.tensor([labels.index(label) for _, label, _ in samples])
    print(f"{len(samples)} pictures of {len(labels)} classes in {time.time() - begun:.1f} s", flush=True)

    held_out = torch.tensor([usage == "EVAL" for _, _, usage in samples])
    if not held_out.any():
        held_out = torch.arange(len(samples)) % 5 == 4
    train_x, train_y, eval_x, eval_y = pictures[~held_out], targets[~held_out], pictures[held_out], targets[held_out]

    model = DigitsNet(len(labels))
    optimizer = torch.optim.Adam(model.parameters(), lr=options.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs)
    measured = 0.0
    for epoch in range(1, options.epochs + 1):
        begun, total = time.time(), 0.0
        model.train()
        for batch in torch.randperm(len(train_x)).split(options.batch_size):
            loss = nn.functional.cross_entropy(model(train_x[batch]), train_y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        schedule.step()
        measured = accuracy(model, eval_x, eval_y)
        print(
            f"epoch {epoch}/{options.epochs} loss={total / len(train_x):.4f} accuracy={measured:.4f} "
            f"{time.time() - begun:.1f} s",
            flush=True,
        )

    package = os.path.join(cache, "package")
    mox.file.copy_parallel(CODE, package, file_list=["config.json", "customize_service.py", "net.py"])
    with open(os.path.join(package, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    config["metrics"] = {"accuracy": round(measured, 4)}
    with open(os.path.join(package, "config.json"), "w", encoding="utf-8") as file:
        json.dump(config, file, indent=2)
    torch.save({"labels": labels, "state": model.state_dict()}, os.path.join(package, "digits.pt"))
    mox.file.copy_parallel(package, posixpath.join(options.train_url, "model"))
    mox.file.write(posixpath.join(options.train_url, "metrics.json"), json.dumps({"accuracy": round(measured, 4)}))
    print(f"model package in {posixpath.join(options.train_url, 'model')}, accuracy {measured:.4f}", flush=True)


if __name__ == "__main__":
    main()
