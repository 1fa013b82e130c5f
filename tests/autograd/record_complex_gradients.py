"""Records gradients that PyTorch computes with complex numbers: `python -m tests.autograd.record_complex_gradients`.

Made with PyTorch 2.13.0 on a CPU, in float64 and complex128; it writes `complex_gradients.json`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).with_name("complex_gradients.json")

Z = np.array([1.5 - 0.5j, -0.75 + 2j, 0j, -1.25 - 0.25j])
X = np.array([0.5, -1.0, 2.0, 0.25, -0.75])

# Real functions of z (complex) or of x (real), in names that `torch` and `numpy` share.
OF_Z: dict[str, Callable[[Any, Any], Any]] = {
    "real": lambda xp, z: (z.real * z.real).sum(),
    "imag": lambda xp, z: (z.imag * z.imag * z.imag).sum(),
    "conj": lambda xp, z: (z.conj() * z * z).imag.sum(),
    "abs": lambda xp, z: xp.abs(z).sum(),
    "abs squared": lambda xp, z: (xp.abs(z) ** 2).sum(),
    "angle": lambda xp, z: xp.angle(z).sum(),
    "a complex factor": lambda xp, z: ((2 - 3j) * z / (1 + 2j)).imag.sum(),
    "cube": lambda xp, z: (z**3).real.sum(),
    "exp": lambda xp, z: xp.exp(z).imag.sum(),
    "log": lambda xp, z: xp.log(z + 3).imag.sum(),
    "sqrt": lambda xp, z: xp.sqrt(z + 3j).real.sum(),
    "tanh": lambda xp, z: xp.tanh(z).imag.sum(),
    "product": lambda xp, z: (z + 1).prod().real,
    "matmul": lambda xp, z: xp.abs(z.reshape(2, 2) @ (z.reshape(2, 2) + 1j)).sum(),
    "inverse": lambda xp, z: xp.linalg.inv(z.reshape(2, 2)).real.sum(),
    "determinant": lambda xp, z: xp.linalg.det(z.reshape(2, 2)).imag,
    "ifft": lambda xp, z: (xp.abs(xp.fft.ifft(z)) ** 3).sum(),
    "irfft": lambda xp, z: (xp.fft.irfft(z) ** 3).sum(),
    "irfft of odd length": lambda xp, z: (xp.fft.irfft(z, 7, norm="ortho") ** 3).sum(),
    "hfft": lambda xp, z: (xp.fft.hfft(z, norm="forward") ** 3).sum(),
}
OF_X: dict[str, Callable[[Any, Any], Any]] = {
    "fft": lambda xp, x: (xp.abs(xp.fft.fft(x)) ** 3).sum(),
    "power spectrum": lambda xp, x: (xp.abs(xp.fft.rfft(x)) ** 2).sum(),
    "amplitudes": lambda xp, x: xp.abs(xp.fft.rfft(x, norm="ortho")).sum(),
    "phases": lambda xp, x: xp.angle(xp.fft.rfft(x)[1:]).sum(),
    "filter": lambda xp, x: (xp.fft.irfft(xp.fft.rfft(x) * (0.5 - 1j), 5) ** 3).sum(),
    "ihfft": lambda xp, x: (xp.fft.ihfft(x, 8).imag ** 3).sum(),
    "times i": lambda xp, x: (x * 1j * x).imag.sum(),
}


def main() -> None:
    """Write `complex_gradients.json`: of each function its gradient, complex ones as pairs of lists."""
    import torch  # type: ignore[import-not-found]

    def gradient(f: Callable[[Any, Any], Any], at: np.ndarray) -> Any:
        leaf = torch.tensor(at, requires_grad=True)
        f(torch, leaf).backward()
        g = leaf.grad.resolve_conj().numpy()
        return [g.real.tolist(), g.imag.tolist()] if g.dtype.kind == "c" else g.tolist()

    found = {
        "of z": {name: gradient(f, Z) for name, f in OF_Z.items()},
        "of x": {name: gradient(f, X) for name, f in OF_X.items()},
    }
    PATH.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
