"""What tests compare with: what PyTorch computed, as the `record_*.py` here wrote it down, and the global generator."""

import json
from pathlib import Path
from typing import Any

import numpy as np


def _recorded(name: str) -> dict[str, Any]:
    return json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


REFERENCE = _recorded("references.json")
LAYERS = _recorded("layer_references.json")


def global_state() -> str:
    """The state of NumPy's global generator, which the library never touches."""
    return repr(np.random.get_state())  # noqa: NPY002
