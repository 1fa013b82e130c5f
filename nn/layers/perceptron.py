"""`Perceptron`: the first machine that learned, by a rule that needs no gradient."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from autograd import Tensor, get_default_dtype, warn_user
from nn.activations.sigmoids import step
from nn.layers.checks import count
from nn.module import Module
from nn.ranges import number_in


class Perceptron(Module):
    """y = step(x · w + b), learned by Rosenblatt's rule: after a mistake on (x, t), w += lr (t - y) x, b += lr (t - y).

    Rosenblatt 1958, "The perceptron: a probabilistic model for information storage and organization in the brain". If a
    hyperplane separates the classes, the rule finds one after a bounded number of mistakes (Novikoff 1962). If none
    does, as for exclusive or (Minsky and Papert 1969), it makes mistakes for ever, and `fit` says so with a warning.

    Parameters
    ----------
    in_features : length of the last axis of x; None to take it from the data.
    lr : the learning rate. As training begins at zero, it scales w and b alike and changes no prediction.
    max_epochs : how often `fit` goes through the data at most.

    Attributes
    ----------
    weight : w (in_features,). bias : b (). Buffers, as no optimizer is to touch them; None before there are data.
    mistakes : in each epoch of the last `fit`, how many. converged : whether the last of them had none.

    Shapes: x (..., in_features) -> y (...), 0 or 1.
    Raises ValueError for an lr or max_epochs that is not positive.

    >>> import nn
    >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> nn.Perceptron().fit(x, [0, 0, 0, 1]).predict(x).tolist()    # and
    [0, 0, 0, 1]
    >>> nn.Perceptron().fit(x, [0, 1, 1, 1]).predict(x).tolist()    # or
    [0, 1, 1, 1]
    """

    def __init__(self, in_features: int | None = None, lr: float = 1.0, max_epochs: int = 1000) -> None:
        self.lr = number_in("Perceptron", "lr", lr, ends="()")
        self.max_epochs = count(max_epochs, "max_epochs", "Perceptron")
        self.weight: Tensor | None = None
        self.bias: Tensor | None = None
        self.mistakes: list[int] = []
        self.converged: bool | None = None
        if in_features is not None:
            self._set(np.zeros(count(in_features, "in_features", "Perceptron")), 0.0)

    def fit(self, x: Any, y: Any) -> Self:
        """Learn from examples in the order given, from zero weights, until an epoch has no mistake; returns self.

        Parameters
        ----------
        x : (examples, in_features). y : (examples,), the class of each, 0 or 1.

        It stops early, with a UserWarning, when weights come back that it had after an earlier epoch: it would go round
        in the same circle for ever. Raises ValueError for other shapes, no examples, numbers that are not finite, and
        other classes; nothing is changed then.
        """
        x, y = self._checked(x, y)
        w, b = np.zeros(x.shape[1]), 0.0
        mistakes: list[int] = []
        seen = {}
        while len(mistakes) < self.max_epochs:
            wrong = 0
            for features, target in zip(x, y, strict=True):
                error = target - (features.dot(w) + b > 0)
                if error:
                    w += self.lr * error * features
                    b += self.lr * error
                    wrong += 1
            mistakes.append(wrong)
            state = (w.tobytes(), b)
            if not wrong or state in seen:
                break
            seen[state] = len(mistakes)
        self._set(w, b)
        self.mistakes, self.converged = mistakes, not wrong
        if wrong:
            self._warn(x, y, seen.get(state, len(mistakes)))
        return self

    def predict(self, x: Any) -> np.ndarray:
        """The classes, integers 0 or 1 (...), of examples x (..., in_features). Raises ValueError before `fit`."""
        return np.asarray(_values(self(x))).astype(int)

    def forward(self, x: Any) -> Any:
        if self.weight is None or self.bias is None:
            raise ValueError("Perceptron: no weights yet; fit(x, y) learns them")
        x = x if isinstance(x, Tensor) else np.asarray(x)
        if not x.ndim or x.shape[-1] != self.weight.size:
            raise ValueError(f"Perceptron of {self.weight.size} features: x of shape {x.shape} does not end in as many")
        return step(x @ self.weight + self.bias)

    def _set(self, w: np.ndarray, b: float) -> None:
        self.weight, self.bias = Tensor(w, dtype=get_default_dtype()), Tensor(b, dtype=get_default_dtype())

    def _checked(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        x, y = np.array(_values(x), dtype=np.float64), np.array(_values(y), dtype=np.float64)
        if x.ndim != 2 or y.shape != x.shape[:1] or not x.size:
            raise ValueError(
                f"Perceptron.fit takes x (examples, in_features) and y (examples,), not shapes {x.shape} and {y.shape}"
            )
        if self.weight is not None and x.shape[1] != self.weight.size:
            raise ValueError(f"Perceptron of {self.weight.size} features: x of shape {x.shape} has {x.shape[1]}")
        if not np.isfinite(x).all():
            raise ValueError("Perceptron.fit: x has values that are not finite")
        if not np.isin(y, (0, 1)).all():
            other = y[~np.isin(y, (0, 1))][0]
            raise ValueError(f"Perceptron.fit: the classes are 0 and 1, not {other:g}; write y == positive_class")
        return x, y

    def _warn(self, x: np.ndarray, y: np.ndarray, epoch: int) -> None:
        epochs, right = len(self.mistakes), int((self.predict(x) == y).sum())
        if epoch < epochs:
            reason = (
                f"after epoch {epochs} its weights are those after epoch {epoch} again, and it would go round in this "
                "circle for ever, as it does where no hyperplane separates the classes. A hidden layer can: see nn.MLP"
            )
        else:
            reason = (
                f"it still made {self.mistakes[-1]} mistakes in the last of {epochs} epochs: no hyperplane separates "
                "the classes, or it takes more epochs to find one: see max_epochs"
            )
        warn_user(f"Perceptron cannot learn these {len(y)} examples (right on {right}): {reason}")

    def extra_repr(self) -> str:
        return "" if self.weight is None else f"in_features={self.weight.size}"


def _values(x: Any) -> Any:
    return x.detach().numpy() if isinstance(x, Tensor) else x
