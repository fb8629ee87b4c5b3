"""The network, shared by training and serving, and how a picture becomes its input."""

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import nn

SIZE = 16


class DigitsNet(nn.Module):
    """Two small convolutions: enough for digits of 16 × 16."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        )  # fmt: skip
        self.classifier = nn.Sequential(nn.Linear(32 * (SIZE // 4) ** 2, 64), nn.ReLU(), nn.Linear(64, classes))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(pictures))


def to_array(picture: Image.Image) -> np.ndarray:
    """Grey, 16 × 16, values from 0 to 1, shape (1, 16, 16); a dark digit on white is turned around."""
    grey = ImageOps.exif_transpose(picture).convert("L").resize((SIZE, SIZE), Image.Resampling.BOX)
    array = np.asarray(grey, dtype=np.float32) / 255
    border = np.concatenate([array[0], array[-1], array[:, 0], array[:, -1]])
    return (1 - array if np.median(border) > 0.5 else array)[np.newaxis]
