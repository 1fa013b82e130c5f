"""Records what PyTorch computes, as data for the tests: `python -m tests.autograd.record_references`, with torch.

Made with PyTorch 2.13.0 on a CPU, all in float64. Inputs are recorded beside results, so the tests draw nothing.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.autograd.reference_cases import CASES, Case, projections

PATH = Path(__file__).with_name("references.json")


def main() -> None:
    """Write `references.json`, a line a case."""
    import torch  # type: ignore[import-not-found]

    torch.set_default_dtype(torch.float64)
    names = vars(torch) | {"F": torch.nn.functional}

    def listed(arrays: list[Any]) -> list[Any]:
        return [x.numpy(force=True).tolist() for x in arrays]

    def projected(results: list[Any], phase: float) -> Any:
        weights = map(torch.tensor, projections([tuple(y.shape) for y in results], phase))
        return sum(((y * w).sum() for y, w in zip(results, weights, strict=True)), start=torch.tensor(0.0))

    def slopes(y: Any, leaves: list[Any]) -> list[Any]:
        if not y.requires_grad:
            return [torch.zeros_like(x) for x in leaves]
        return list(torch.autograd.grad(y, leaves, create_graph=True, materialize_grads=True))

    def record(case: Case, inputs: list[np.ndarray]) -> dict[str, Any]:
        leaves = [torch.tensor(x, requires_grad=True) for x in inputs]
        arguments = [x * x for x in leaves] if case.squares else leaves
        y = eval(case.expression, names | dict(zip("abc", arguments, strict=False)))
        results = list(y) if isinstance(y, (tuple, list)) else [y]
        gradients = slopes(projected(results, 0), leaves)
        seconds = slopes(projected(gradients, 1), leaves)
        return {
            "inputs": [x.tolist() for x in inputs],
            "values": listed(results),
            "gradients": listed(gradients),
            "seconds": listed(seconds),
        }

    lines = []
    for number, case in enumerate(CASES):
        try:
            lines.append(json.dumps(str(case)) + ": " + json.dumps(record(case, case.draw(number))))
        except Exception as error:
            raise RuntimeError(f"PyTorch cannot evaluate {case}: {error}") from error
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
