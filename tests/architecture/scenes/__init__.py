"""How each room's rows are asked for: one module a room, each with its SCENES by row."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def gathered() -> Mapping[str, Any]:
    """The scenes of every module here. A row that two of them know is a mistake."""
    found: dict[str, Any] = {}
    for module in iter_modules(__path__):
        scenes = import_module(f"{__name__}.{module.name}").SCENES
        assert not found.keys() & scenes.keys(), f"two scenes for a row: {module.name}"
        found |= scenes
    return found
