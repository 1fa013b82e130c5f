"""Records what PyTorch's activations and layers compute, as data for the tests.

`python -m tests.nn.record_layer_references`, with torch installed. Made with PyTorch 2.13.0 on a CPU, all in float64.
Inputs are recorded beside results, so the tests draw nothing.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).with_name("layer_references.json")

# Kinks, small and large values among them.
POINTS = [0.0, -0.0, 1.0, -1.0, 3.0, -3.0, 1e-9, -1e-9, 20.0, 20.1, -20.0, 40.0, -40.0, 800.0, -800.0, 1e4, -1e4]

ACTIVATIONS: list[tuple[str, dict[str, Any]]] = [
    ("relu", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("elu", {}),
    ("elu", {"alpha": 0.5}),
    ("celu", {}),
    ("celu", {"alpha": 0.5}),
    ("selu", {}),
    ("softplus", {}),
    ("softplus", {"beta": 0.5, "threshold": 3.0}),
    ("silu", {}),
    ("gelu", {}),
    ("gelu", {"approximate": "tanh"}),
    ("mish", {}),
    ("hardswish", {}),
    ("sigmoid", {}),
    ("tanh", {}),
    ("softsign", {}),
    ("hardtanh", {}),
    ("hardtanh", {"min_val": -3.0, "max_val": 20.0}),
    ("hardsigmoid", {}),
    ("logsigmoid", {}),
    *((name, {"dim": dim}) for name in ("softmax", "log_softmax") for dim in (0, 1, -1)),
]

# (arguments of BatchNorm1d, shape of a batch)
BATCH_NORMS: list[tuple[dict[str, Any], tuple[int, ...]]] = [
    ({}, (5, 3)),
    ({}, (4, 3, 6)),
    ({"momentum": None}, (5, 3)),
    ({"momentum": 0.4, "eps": 0.1}, (5, 3)),
    ({"affine": False}, (2, 3)),
    ({"bias": False}, (5, 3)),
    ({"track_running_stats": False}, (5, 3)),
]

LAYER_NORMS: list[tuple[dict[str, Any], tuple[int, ...]]] = [
    ({"normalized_shape": [3]}, (5, 3)),
    ({"normalized_shape": [4, 3], "eps": 0.1}, (2, 4, 3)),
    ({"normalized_shape": [3], "bias": False}, (2, 4, 3)),
    ({"normalized_shape": [3], "elementwise_affine": False}, (3,)),
]


def main() -> None:
    """Write `layer_references.json`."""
    import torch  # type: ignore[import-not-found]

    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)  # of an Embedding's table
    rng = np.random.default_rng(0)

    def listed(x: Any) -> Any:
        return None if x is None else x.detach().numpy().tolist()

    def through(layer: Any, x: Any, slopes: Any, parameters: dict[str, Any]) -> dict[str, Any]:
        """Value, and gradients of the sum of value times slopes with respect to x and all parameters."""
        x = torch.tensor(x, requires_grad=True)
        value = layer(x)
        for parameter in parameters.values():
            parameter.grad = None
        if value.requires_grad:
            (value * torch.tensor(slopes)).sum().backward()
        gradients = {name: listed(parameter.grad) for name, parameter in parameters.items()}
        return {"x": listed(x), "slopes": slopes, "value": listed(value), "gradient": listed(x.grad), **gradients}

    x = np.concatenate([rng.normal(size=11) * 3, POINTS]).reshape(7, 4)
    slopes = rng.normal(size=x.shape).tolist()
    activations = []
    for name, settings in ACTIVATIONS:
        call = through(partial(getattr(torch.nn.functional, name), **settings), x, slopes, {})
        activations.append({"function": name, "settings": settings} | call)

    prelus = []
    for shape, slots in (((7, 4), 1), ((7, 4), 4), ((2, 3, 2), 3), ((2, 3, 2), 1), ((4,), 1), ((), 1)):
        weight = torch.tensor(rng.normal(size=slots), requires_grad=True)
        z = x.reshape(-1)[: int(np.prod(shape))].reshape(shape)
        call = through(partial(torch.nn.functional.prelu, weight=weight), z, rng.normal(size=shape).tolist(), {})
        prelus.append({"weight": listed(weight), "weight_gradient": listed(weight.grad)} | call)

    def norm(layer: Any, settings: dict[str, Any], shape: tuple[int, ...]) -> dict[str, Any]:
        """Parameters, then each of three training steps and one evaluation, with the buffers after it."""
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter += torch.tensor(rng.normal(size=parameter.shape))
        calls = []
        first = {name: listed(p) for name, p in layer.named_parameters()}
        for training in (True, True, True, False):
            layer.train(training)
            x = rng.normal(size=shape) * 2 + 5
            call = through(layer, x, rng.normal(size=shape).tolist(), dict(layer.named_parameters()))
            buffers = {name: listed(b) for name, b in layer.named_buffers()}
            calls.append({"training": training, "buffers": buffers} | call)
        return {"settings": settings, "parameters": first, "calls": calls}

    batch_norms = [norm(torch.nn.BatchNorm1d(3, **settings), settings, shape) for settings, shape in BATCH_NORMS]
    layer_norms = [norm(torch.nn.LayerNorm(**settings), settings, shape) for settings, shape in LAYER_NORMS]

    embeddings = []
    for padding in (None, 0, -2):
        layer = torch.nn.Embedding(5, 3, padding_idx=padding)
        ids = rng.integers(0, 5, (4, 2))
        value = layer(torch.tensor(ids))
        slopes = rng.normal(size=value.shape).tolist()
        (value * torch.tensor(slopes)).sum().backward()
        embeddings.append(
            {
                "padding_idx": padding,
                "weight": listed(layer.weight),
                "ids": ids.tolist(),
                "slopes": slopes,
                "value": listed(value),
                "gradient": listed(layer.weight.grad),
            }
        )

    names = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu")
    recorded = {
        "activations": activations,
        "prelu": prelus,
        "batch_norm": batch_norms,
        "layer_norm": layer_norms,
        "embedding": embeddings,
        "gains": {name: torch.nn.init.calculate_gain(name) for name in names},
    }
    PATH.write_text(json.dumps(recorded) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
