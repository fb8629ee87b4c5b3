"""Answers a posted picture with the digit on it."""

import numpy as np
import torch
from net import DigitsNet, to_array
from PIL import Image

from model_service.pytorch_model_service import PTServingBaseService


class DigitsService(PTServingBaseService):
    def __init__(self, model_name, model_path):
        super().__init__(model_name, model_path)
        torch.set_num_threads(1)  # one small picture at a time
        saved = torch.load(model_path, map_location="cpu", weights_only=True)
        self.labels = saved["labels"]
        self.model = DigitsNet(len(self.labels))
        self.model.load_state_dict(saved["state"])
        self.model.eval()

    def _preprocess(self, data):
        pictures = [Image.open(content) for files in data.values() for content in files.values()]
        return torch.from_numpy(np.stack([to_array(picture) for picture in pictures]))

    def _inference(self, data):
        with torch.no_grad():
            return torch.softmax(self.model(data), 1)

    def _postprocess(self, data):
        answers = []
        for row in data.tolist():
            ranked = sorted(zip(self.labels, row, strict=True), key=lambda pair: -pair[1])
            scores = [[label, f"{score:.3f}"] for label, score in ranked[:5]]
            answers.append({"predicted_label": ranked[0][0], "scores": scores})
        return answers[0] if len(answers) == 1 else {"results": answers}
