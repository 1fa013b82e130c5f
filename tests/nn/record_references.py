"""Records what PyTorch computes for mean squared error and the cross entropies, as data for the tests.

`python -m tests.nn.record_references`, with torch installed. Made with PyTorch 2.13.0 on a CPU, all in float64.
Inputs are recorded beside results, so the tests draw nothing.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).with_name("references.json")


def main() -> None:
    """Write `references.json`."""
    import torch  # type: ignore[import-not-found]

    torch.set_default_dtype(torch.float64)
    rng = np.random.default_rng(0)

    def listed(x: Any) -> Any:
        return x.detach().numpy().tolist()

    logits, ids = torch.tensor(rng.normal(size=(5, 3)) * 3), torch.tensor([2, 0, 1, 1, 2])
    probabilities = torch.softmax(torch.tensor(rng.normal(size=(5, 3))), 1)
    images, labels = torch.tensor(rng.normal(size=(2, 3, 4))), torch.tensor([[0, 2, 1, 1], [2, 2, 0, 1]])
    targets, other = torch.tensor(rng.uniform(size=(5, 3))), torch.tensor(rng.normal(size=(5, 3)))
    weight, positive = [0.5, 2.0, 1.5], [2.0, 0.5, 3.0]
    losses = []

    def loss(function: str, x: Any, target: Any, **settings: Any) -> None:
        x = x.clone().requires_grad_()
        given = {k: torch.tensor(v) if isinstance(v, list) else v for k, v in settings.items()}
        value = getattr(torch.nn.functional, function)(x, target, **given)
        value.sum().backward()
        losses.append(
            {
                "function": function,
                "settings": settings,
                "input": listed(x),
                "target": target.tolist(),
                "value": listed(value),
                "gradient": listed(x.grad),
            }
        )

    for reduction in ("mean", "sum", "none"):
        loss("mse_loss", other, targets, reduction=reduction)
        loss("binary_cross_entropy_with_logits", logits, targets, reduction=reduction)
        both = {"weight": weight, "pos_weight": positive}
        loss("binary_cross_entropy_with_logits", logits, targets, reduction=reduction, **both)
        for extra in ({}, {"weight": weight}, {"label_smoothing": 0.1}, {"weight": weight, "label_smoothing": 0.1}):
            loss("cross_entropy", logits, ids, reduction=reduction, **extra)
            loss("cross_entropy", logits, ids, reduction=reduction, ignore_index=1, **extra)
            loss("cross_entropy", logits, probabilities, reduction=reduction, **extra)
            loss("cross_entropy", images, labels, reduction=reduction, **extra)
    loss("cross_entropy", images, torch.softmax(images, 1))
    loss("cross_entropy", logits[0], ids[0])

    PATH.write_text(json.dumps({"losses": losses}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
