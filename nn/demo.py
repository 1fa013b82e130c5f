"""Learn to read handwritten digits, and see and check the gradients that did it: `python -m nn.demo`, or `make demo`.

An example to read from top to bottom: the data, the training loop, the comparison, the check, the pictures. It uses
what `import nn` and `import autograd` offer, and no more.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

import nn
from autograd import MissingExtraError, Tensor, check_module, draw, missing_extra, no_grad

SIZES = [64, 128, 64, 10]  # 8 x 8 pixels in, 10 digits out
BATCH = 128
LEARNING_RATE = 0.01


class Digits(NamedTuple):
    """Images (n, 64) of float32 from 0 (paper) to 1 (ink), and the digits they show (n,)."""

    images: np.ndarray
    labels: np.ndarray


class Curve(NamedTuple):
    """What training looked like: one number for each epoch."""

    loss: list[float]
    train: list[float]
    test: list[float]


def run(seed: int, epochs: int, out: Path) -> None:
    """The whole example.

    360 test images are few: over 40 seeds the network read 98.4 % of them on average, the linear baseline 97.0 %.
    """
    train, test = load(seed)
    print(f"Handwritten digits: {len(train.labels):,} images to learn from, {len(test.labels)} to test on", flush=True)

    rng = np.random.default_rng(seed)
    model = nn.MLP(SIZES, activation="relu", dropout=0.2, dtype=np.float32, rng=rng)
    curve = fit(model, train, test, epochs, rng)
    linear = linear_accuracies(train, test)
    layers = "-".join(map(str, SIZES))
    print(f"\n{'accuracy':<46}{'training':>10}{'test':>10}")
    print(f"{f'MLP {layers}':<46}{curve.train[-1]:>10.1%}{curve.test[-1]:>10.1%}")
    print(f"{'linear (logistic regression of scikit-learn)':<46}{linear[0]:>10.1%}{linear[1]:>10.1%}\n")

    few = hardest(model, test, 16)
    print(check_module(model, nn.cross_entropy, few))

    out.mkdir(parents=True, exist_ok=True)
    written = [*draw_graph(model, few, out), plot_curve(curve, linear[1], out)]
    width = max(len(str(path)) for path, _ in written)
    print("\nWritten:")
    for path, what in written:
        print(f"  {path!s:<{width}}  {what}")


def load(seed: int) -> tuple[Digits, Digits]:
    """1,797 digits in two parts, 4/5 to learn from and 1/5 to test on, with as large a share of each digit in both."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    images = (images / 16).astype(np.float32)
    parts = train_test_split(images, labels, test_size=0.2, stratify=labels, random_state=seed)
    train_images, test_images, train_labels, test_labels = parts
    return Digits(train_images, train_labels), Digits(test_images, test_labels)


def fit(model: nn.Module, train: Digits, test: Digits, epochs: int, rng: np.random.Generator) -> Curve:
    """Adam on batches in random order; the learning rate falls to zero in a straight line."""
    from tqdm import tqdm

    optimizer = nn.optim.Adam(model.parameters())
    curve = Curve([], [], [])
    bar = tqdm(range(epochs), bar_format="  {bar:30} epoch {n_fmt} of {total_fmt} in {elapsed}{postfix}", ncols=80)
    for epoch in bar:
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * (1 - epoch / epochs)
        losses = []
        model.train()  # dropout on
        order = rng.permutation(len(train.labels))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            loss = nn.cross_entropy(model(train.images[batch]), train.labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()  # dropout off
        curve.loss.append(float(np.mean(losses)))
        curve.train.append(accuracy(model, train))
        curve.test.append(accuracy(model, test))
        bar.set_postfix_str(f"loss {curve.loss[-1]:.3f}", refresh=False)
    return curve


def accuracy(model: nn.Module, digits: Digits) -> float:
    """The share of images that the model reads as what they are."""
    with no_grad():
        scores = model(digits.images).numpy()
    return float(np.mean(scores.argmax(axis=1) == digits.labels))


def linear_accuracies(train: Digits, test: Digits) -> tuple[float, float]:
    """What a linear classifier does: scikit-learn's logistic regression, trained until it converges."""
    from sklearn.linear_model import LogisticRegression

    baseline = LogisticRegression(max_iter=1000).fit(*train)
    return baseline.score(*train), baseline.score(*test)


def hardest(model: nn.Module, digits: Digits, count: int) -> Digits:
    """The images with the largest loss: the model is so sure of the others that their gradients all but vanish."""
    with no_grad():
        losses = nn.cross_entropy(model(digits.images), digits.labels, reduction="none").numpy()
    chosen = np.argsort(-losses, kind="stable")[:count]
    return Digits(digits.images[chosen], digits.labels[chosen])


def draw_graph(model: nn.Module, digits: Digits, out: Path) -> list[tuple[Path, str]]:
    """The graph of one loss, with every value and gradient: the picture, or its source where nothing can render it."""
    for name, parameter in model.named_parameters():
        parameter.name = name
    loss = nn.cross_entropy(model(Tensor(digits.images, name="images")), digits.labels)
    loss.name = "loss"
    model.zero_grad()
    loss.backward()
    drawing = draw(loss)
    source = (Path(drawing.save(out / "graph.gv")), "the same for Graphviz")
    try:
        picture = Path(drawing.render(outfile=out / "graph.svg"))
    except MissingExtraError as error:
        return [(source[0], f"the graph of one loss; {error}")]
    return [(picture, "the graph of one loss, with every value and gradient"), source]


def plot_curve(curve: Curve, linear_test: float, out: Path) -> tuple[Path, str]:
    """Accuracy and loss over the epochs, as a picture."""
    from matplotlib.figure import Figure  # not pyplot, which would look for a screen

    blue, orange, grey = "#17324d", "#f0a830", "#66707a"
    figure = Figure(figsize=(9, 3.6), dpi=150, layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = range(1, len(curve.loss) + 1)
    left.plot(epochs, [100 * a for a in curve.train], color=orange, label="MLP, training images")
    left.plot(epochs, [100 * a for a in curve.test], color=blue, label="MLP, test images")
    left.axhline(100 * linear_test, color=grey, linestyle="--", linewidth=1, label="linear, test images")
    left.set(title="read correctly", xlabel="epoch", ylabel="%", ylim=(min(80, 100 * curve.test[0]), 100.5))
    left.legend(frameon=False, loc="lower right")
    right.semilogy(epochs, curve.loss, color=orange)
    right.set(title="loss in training", xlabel="epoch", ylabel="cross-entropy")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    path = out / "learning_curve.png"
    figure.savefig(path, metadata={"Software": None})  # matplotlib's version would differ from machine to machine
    return path, "accuracy and loss, epoch by epoch"


def require_extras() -> None:
    """Say what is missing before the work, not after it."""
    for module, package in {"sklearn": "scikit-learn", "tqdm": "tqdm", "matplotlib": "matplotlib"}.items():
        if importlib.util.find_spec(module) is None:
            raise missing_extra(package, "the demo", "train")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m nn.demo", description="Learn to read handwritten digits.")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the first weights, dropout and the batches")
    parser.add_argument("--epochs", type=int, default=60, help="how often to go through the training images")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the pictures")
    options = parser.parse_args(arguments)
    if options.epochs < 1:
        parser.error(f"--epochs is at least 1, not {options.epochs}")
    try:
        require_extras()
        from threadpoolctl import threadpool_limits  # scikit-learn brings it

        # Several BLAS threads may share out a sum differently in each run, and so round it differently.
        with threadpool_limits(1):
            run(options.seed, options.epochs, options.out)
    except MissingExtraError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
