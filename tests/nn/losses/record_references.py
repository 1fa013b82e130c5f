"""Records what PyTorch's losses compute, as data for the tests: `python -m tests.nn.losses.record_references`.

Made with PyTorch 2.13.0 on a CPU, all in float64. Inputs are recorded beside results, so the tests draw nothing.
(`cross_entropy`, `mse_loss` and `binary_cross_entropy_with_logits` are recorded by `tests.nn.record_references`.)
"""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).with_name("references.json")
REDUCTIONS = ("mean", "sum", "none")


def main() -> None:
    """Write `references.json`: for each call its arguments, its value, and the gradient of its sum for each of them."""
    import torch  # type: ignore[import-not-found]

    torch.set_default_dtype(torch.float64)
    rng = np.random.default_rng(1)
    recorded: list[dict[str, Any]] = []

    def record(function: str, *args: Any, reductions: tuple[str, ...] = REDUCTIONS, **settings: Any) -> None:
        """One call, with each reduction; gradients for all float arguments that are arrays."""
        compute: Callable[..., Any] = getattr(torch.nn.functional, function)
        given = {k: torch.tensor(v) if isinstance(v, list) else v for k, v in settings.items()}
        results = {}
        for reduction in reductions:
            tensors = [torch.tensor(a) for a in args]
            leaves = [t.requires_grad_() if t.is_floating_point() else None for t in tensors]
            value = compute(*tensors, **given, reduction=reduction)
            value.sum().backward()
            gradients = [None if t is None or t.grad is None else t.grad.tolist() for t in leaves]
            results[reduction] = {"value": value.tolist(), "gradients": gradients}
        listed = [a.tolist() if isinstance(a, np.ndarray) else a for a in args]
        recorded.append({"function": function, "args": listed, "settings": settings, "of": results})

    def log_softmax(x: np.ndarray, axis: int = 1) -> np.ndarray:
        return torch.log_softmax(torch.tensor(x), axis).numpy()

    x, t = rng.normal(size=(4, 3)) * 2, rng.normal(size=(4, 3)) * 2
    p, q = rng.uniform(0.05, 0.95, size=(4, 3)), rng.uniform(0.05, 0.95, size=(4, 3))
    weight = [0.5, 2.0, 1.5]

    record("l1_loss", x, t)
    for delta in (1.0, 0.3, 2.5):
        record("huber_loss", x, t, delta=delta)
        record("smooth_l1_loss", x, t, beta=delta)
    record("smooth_l1_loss", x, t, beta=0.0)

    counts = rng.integers(0, 6, size=(4, 3)).astype(float)
    for full in (False, True):
        record("poisson_nll_loss", x, counts, full=full)
        record("poisson_nll_loss", np.abs(x), counts, log_input=False, full=full)
        for variance in (np.abs(t), np.abs(t[:, :1]), np.abs(t[:, 0]), np.abs(t) * (t > 0)):
            record("gaussian_nll_loss", x, t + 1, variance, full=full)
    record("gaussian_nll_loss", x, t, np.abs(t), eps=1.5)

    record("binary_cross_entropy", p, q)
    record("binary_cross_entropy", p, q, weight=weight)

    log_p = log_softmax(x)
    ids, images, labels = [2, 0, 1, 2], log_softmax(rng.normal(size=(2, 3, 4))), [[0, 2, 1, 1], [2, 2, 0, 1]]
    for extra in ({}, {"weight": weight}, {"ignore_index": 2}, {"weight": weight, "ignore_index": 0}):
        record("nll_loss", log_p, ids, **extra)
        record("nll_loss", images, labels, **extra)
    record("nll_loss", log_p[0], 2)

    distribution = np.exp(log_softmax(t))
    some_zero = distribution * (distribution > 0.2)
    record("kl_div", log_p, distribution, reductions=(*REDUCTIONS, "batchmean"))
    record("kl_div", log_p, some_zero)
    record("kl_div", log_p, log_softmax(t), reductions=(*REDUCTIONS, "batchmean"), log_target=True)

    a, b, c = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    signs = [1, -1, 1, -1, -1]
    for margin in (0.0, 0.4, -0.5):
        record("cosine_embedding_loss", a, b, signs, margin=margin)
    for p_, margin, swap in itertools.product((1.0, 2.0, 3.5), (1.0,), (False, True)):
        record("triplet_margin_loss", a, b, c, p=p_, margin=margin, swap=swap)
    record("triplet_margin_loss", a, b, c, margin=0.25)
    record("triplet_margin_loss", a[0], b[0], c[0])

    # Gradients of PyTorch's ctc_loss hold below a log_softmax only: the logits are recorded, and their gradients.
    logits = rng.normal(size=(7, 4, 4)) * 2
    padded = [[1, 1, 2], [3, 2, 3], [2, 0, 0], [1, 0, 0]]
    lengths, sizes = [7, 5, 6, 3], [3, 3, 1, 0]
    compute = torch.nn.functional.ctc_loss
    torch.nn.functional.ctc_of_logits = lambda z, *args, **settings: compute(  # what `record` looks up
        torch.log_softmax(z, -1), *args, **settings
    )
    record("ctc_of_logits", logits, padded, lengths, sizes)
    record("ctc_of_logits", logits, [1, 1, 2, 3, 2, 3, 2], lengths, sizes)
    record("ctc_of_logits", logits, padded, [3, 5, 6, 3], sizes, zero_infinity=True)
    record("ctc_of_logits", logits, [[0, 0, 2], [1, 2, 1], [2, 0, 0], [1, 0, 0]], lengths, sizes, blank=3)
    record("ctc_of_logits", logits[:, 0], [2, 3, 2], [6], [3])

    PATH.write_text(json.dumps(recorded) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
