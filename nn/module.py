"""`Module`: a function with parameters. Write a class, set its Tensors and Modules as attributes, and define `forward`.

    class Affine(nn.Module):
        def __init__(self, in_features):
            self.weight = Tensor(np.zeros(in_features), requires_grad=True)     # a parameter
            self.bias = Tensor(0.0, requires_grad=True)

        def forward(self, x):                     # x (batch, in_features) -> (batch,)
            return x @ self.weight + self.bias

    list(Affine(2).parameters())

`members.py` has what a module knows of its attributes; here is what it does: calling, saving, modes, showing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, Self

import numpy as np

from autograd import Tensor, current_capture, get_default_dtype
from nn.hooks import HookHandle, Hooks
from nn.members import Members, joined
from nn.summaries import Summary, summary_of

_RAISED_IN = "_readgrad_module"  # on an error: the innermost module it came from, and the note that says so


class MissingAndUnexpected(NamedTuple):
    """What `load_state_dict(strict=False)` passed over."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module(Members):
    """Base class of layers, losses and models.

    A leaf Tensor that requires grad when it is set as an attribute is a *parameter*, and stays one when it is frozen
    (`requires_grad = False`); a Tensor that does not is a *buffer*, state that is saved but not trained; a Module is a
    *child*. Lists, tuples and dicts of these count too, under the names `layers.0`, `layers.1` ...

    Subclasses define `forward`; calling the module calls it. `super().__init__()` may be left out.

    Raises
    ------
    TypeError : when an attribute is set in a way that would lose a parameter: a Tensor that is the result of an
        operation (results may be kept under names that begin with `_`), a set of Tensors or Modules, or, in the
        place of a parameter, an array or a Tensor that does not require grad (`del module.x` first to mean it).

    >>> import nn
    >>> class Scale(nn.Module):
    ...     def __init__(self, size):
    ...         self.factor = Tensor(np.ones(size), requires_grad=True)
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> model = Scale(2)
    >>> model(np.array([3.0, 4.0])).tolist()
    [3.0, 4.0]
    >>> [name for name, _ in model.named_parameters()]
    ['factor']
    """

    training: bool = True
    _hooks: Hooks | None = None

    def forward(self, *args: Any, **keywords: Any) -> Any:
        """What the module computes; every subclass defines its own."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward(self, ...)")

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        try:
            if (capture := current_capture()) is not None:
                capture.use(self)
            if self._hooks is not None:
                return self._hooks.around(self, args, keywords)
            if len(args) == 1 and not keywords:  # nearly always; passing a tuple and a dict on takes twice as long
                return self.forward(args[0])
            return self.forward(*args, **keywords)
        except Exception as error:
            with suppress(Exception):  # of an `extra_repr` say: the error that is being told matters more
                _note_module(error, self)
            raise

    # --- hooks ---

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookHandle:
        """Call `hook(module, args)` before each forward; what it returns, if not None, takes the place of `args`.

        `with_kwargs`: the hook is `hook(module, args, kwargs)` and returns both. `prepend`: before the other hooks.
        The handle's `remove()`, or the end of its `with` block, takes the hook away.
        """
        return HookHandle(self._own_hooks().before, hook, prepend, with_kwargs)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookHandle:
        """Call `hook(module, args, output)` after each forward; what it returns, if not None, is the output.

        `with_kwargs`: the hook is `hook(module, args, kwargs, output)`. `prepend`: before the other hooks.
        The handle's `remove()`, or the end of its `with` block, takes the hook away.

        >>> import nn
        >>> layer, seen = nn.Linear(2, 1), []
        >>> with layer.register_forward_hook(lambda module, args, output: seen.append(output.shape)):
        ...     _ = layer(np.ones((5, 2)))
        >>> seen
        [(5, 1)]
        """
        return HookHandle(self._own_hooks().after, hook, prepend, with_kwargs)

    def _own_hooks(self) -> Hooks:
        if self._hooks is None:
            self._hooks = Hooks()
        return self._hooks

    # --- all modules at once ---

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every module below this one and then on itself, each once; returns self.

        >>> import nn
        >>> def clear(module):
        ...     if isinstance(module, nn.Linear):
        ...         nn.init.zeros_(module.bias)
        >>> nn.MLP([2, 4, 1]).apply(clear)[0].bias.tolist()
        [0.0, 0.0, 0.0, 0.0]
        """
        found: dict[int, Module] = {}
        stack: list[Module] = [self]
        while stack:
            module = stack.pop()
            if id(module) not in found:
                found[id(module)] = module
                stack += module.children()  # the last is next, so that the order is right when read from its end
        for module in reversed(list(found.values())):
            fn(module)
        return self

    def train(self, mode: bool = True) -> Self:
        """Put this module and all below it into training mode (dropout drops); returns it."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> Self:
        """Put this module and all below it into evaluation mode; returns it."""
        return self.train(False)

    @contextmanager
    def evaluating(self) -> Iterator[Self]:
        """Evaluation mode for the length of a `with` block; then each module is in the mode it was in.

        >>> import nn
        >>> model = nn.Dropout(0.5)
        >>> with model.evaluating():
        ...     model(np.ones(3)).tolist()
        [1.0, 1.0, 1.0]
        >>> model.training
        True
        """
        modes = [(module, module.training) for module in self.modules()]
        self.eval()
        try:
            yield self
        finally:
            for module, training in modes:
                module.training = training

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Freeze all parameters (False) or have them trained again; returns the module."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters: set them to None."""
        for parameter in self.parameters():
            parameter.zero_grad()

    # --- saving and loading ---

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of the values of all parameters and buffers, by dotted path; a shared one under each of its names.

        >>> import nn
        >>> {name: value.shape for name, value in nn.Linear(3, 2).state_dict().items()}
        {'weight': (2, 3), 'bias': (2,)}
        """
        return {path: np.array(tensor.detach()) for path, tensor in self._state()}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> MissingAndUnexpected:
        """Assign the values of a `state_dict` to the parameters and buffers of these names.

        Parameters
        ----------
        state_dict : arrays (or Tensors) by dotted path; each is converted to the dtype of what it goes to.
        strict : refuse missing and unexpected names; they are returned in any case.

        Raises
        ------
        ValueError : with all names that are missing, unexpected or of the wrong shape; nothing was changed then.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(
                f"load_state_dict of {type(self).__name__}: a dict of arrays is wanted, as model.state_dict() gives "
                f"it, not a {type(state_dict).__name__}"
            )
        own = dict(self._state())
        # Copies: a value may be another parameter of this module, as where two change places.
        values = {name: np.array(_detached(value)) for name, value in state_dict.items()}
        missing = [name for name in own if name not in values]
        unexpected = [name for name in values if name not in own]
        faults = []
        if strict:
            faults += [f"missing: {name}" for name in missing]
            faults += [f"unexpected: {name}" for name in unexpected]
        for name, value in values.items():
            if name in own and value.shape != own[name].shape:
                faults.append(f"{name}: shape {value.shape} does not fit {own[name].shape}")
            elif name in own and value.dtype.kind not in "fiub":
                faults.append(f"{name}: numbers are wanted, not {value.dtype}")
            elif name in own and own[name].dtype.kind in "iu" and value.dtype.kind == "f":
                faults.append(f"{name}: integers are wanted, not {value.dtype}")
        if faults:
            raise ValueError(f"load_state_dict of {type(self).__name__}:\n  " + "\n  ".join(faults))
        for name, tensor in own.items():
            if name in values:
                tensor.assign(values[name])
        return MissingAndUnexpected(missing, unexpected)

    # --- showing ---

    def summary(self, *inputs: Any, input_size: tuple[int, ...] | None = None) -> Summary:
        """The model as a table: its layers, how many parameters each holds, and the shapes that pass them.

        Parameters
        ----------
        inputs : what to run the model on once, in evaluation mode and without a graph; none: no shapes.
        input_size : in place of inputs, the shape of one array of zeros, such as `(1, in_features)`.

        A layer that stands in several places has a row for each; shared weights count once. The result is a str with
        attributes `parameters`, `trainable` and `buffers`. Raises TypeError for both inputs and an input_size.

        >>> import nn
        >>> nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1)).summary(input_size=(5, 2))
        Sequential
        ──────────────────────────────────────
        layer       input   output  parameters
        ──────────────────────────────────────
        Sequential  (5, 2)  (5, 1)
          0 Linear  (5, 2)  (5, 8)          24
          1 ReLU    (5, 8)  (5, 8)
          2 Linear  (5, 8)  (5, 1)           9
        ──────────────────────────────────────
        33 parameters (264 B)
        """
        if input_size is not None:
            if inputs:
                raise TypeError("summary: give inputs to run on or an input_size, not both")
            first = next(self.parameters(), None)
            inputs = (np.zeros(input_size, get_default_dtype() if first is None else first.dtype),)
        return summary_of(self, inputs)

    def extra_repr(self) -> str:
        """What stands in the parentheses of this module's `repr`, before its children."""
        return ""

    def _shown(self) -> Iterable[tuple[str, object]]:
        """What `repr` lists, one line or block each."""
        return self.named_children()

    def __repr__(self) -> str:
        extra = self.extra_repr()
        inner = [f"({name}): " + repr(shown).replace("\n", "\n  ") for name, shown in self._shown()]
        if not inner:
            return f"{type(self).__name__}({extra})"
        return f"{type(self).__name__}(\n  " + "\n  ".join([extra, *inner] if extra else inner) + "\n)"


def _note_module(error: Exception, module: Module) -> None:
    """Add to an error's traceback which module it came from, by its path in the outermost one that was called."""
    inner, note = getattr(error, _RAISED_IN, (module, None))
    if note is not None:  # a module around has a longer path to tell
        error.__notes__.remove(note)
    path = next((path for path, found in module.named_modules() if found is inner), "")
    note = f"in {joined(type(module).__name__, path)}: {type(inner).__name__}({inner.extra_repr()})"
    error.add_note(note)
    setattr(error, _RAISED_IN, (inner, note))


def _detached(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value
