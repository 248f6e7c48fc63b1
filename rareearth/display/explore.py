"""Sliders and menus for the parameters of an analysis, inside a notebook.

They need a live front end. In a rendered report, in papermill, nbconvert or a script
there is nobody to move them: there `explore` shows nothing, so a report has no dead
controls. A front end that asks for the cell says so by its protocol: JupyterLab and
Notebook put a ``cellId`` into each request, papermill and nbclient do not.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from rareearth.errors import ParameterError

Choices = bool | list[Any] | tuple[float, ...]


def explore(function: Callable[..., object], **ranges: Choices) -> None:
    """Show a control for each parameter of `function`, and its result beneath.

    The function is called with the values of the controls, once at the start and again
    whenever one is moved; what it displays replaces what it displayed before. Without
    a live front end nothing is shown and the function is not called, but the ranges
    are checked.

    Parameters
    ----------
    function : callable
        Takes the named parameters and displays something.
    **ranges
        For each parameter what it may be. A tuple of two or three numbers is a slider
        from the first to the second, in steps of the third (by default whole numbers,
        or a hundredth of the way). A list is a menu. ``True`` or ``False`` is a box to
        tick, so set at the start. The others start at the function's own default, else
        at the first choice or in the middle.

    Raises
    ------
    ParameterError
        If there is no range, or one is not as above. The message names it.

    Examples
    --------
    >>> def draw(price, producer="Lynas"):
    ...     print(f"{producer} at {price} USD/kg")
    >>> explore(draw, price=(40, 200, 5), producer=["Lynas", "MP Materials"])
    """
    if not ranges:
        raise ParameterError(
            "explore: no parameter; give name=(low, high) or name=[..]"
        )
    takes = _defaults(function)
    made = {
        name: _spec(name, choices, takes.get(name)) for name, choices in ranges.items()
    }
    if not is_live():
        return
    import ipywidgets
    from IPython.display import display

    controls = {name: _control(name, *spec) for name, spec in made.items()}
    result = ipywidgets.interactive_output(function, controls)
    display(ipywidgets.VBox([*controls.values(), result]))


def is_live() -> bool:
    """Return whether a front end that can move controls has asked for this cell."""
    from IPython.core.getipython import get_ipython

    request: Any = getattr(get_ipython(), "get_parent", dict)() or {}
    return bool(request.get("metadata", {}).get("cellId"))


def _defaults(function: Callable[..., object]) -> dict[str, Any]:
    """Return the parameters of a function with a default, and their defaults."""
    known = inspect.signature(function).parameters.values()
    return {each.name: each.default for each in known if each.default is not each.empty}


def _spec(name: str, choices: Choices, default: Any) -> tuple[str, dict[str, Any]]:
    """Return the kind of control that `choices` ask for, and its traits."""
    if isinstance(choices, bool):
        return "Checkbox", {"value": choices}
    if isinstance(choices, list) and choices:
        value = default if default in choices else choices[0]
        return "Dropdown", {"options": choices, "value": value}
    if not isinstance(choices, tuple) or len(choices) not in (2, 3):
        raise _wrong(name, choices)
    if not all(map(_is_number, choices)) or not choices[0] < choices[1]:
        raise _wrong(name, choices)
    low, high = choices[:2]
    is_whole = all(isinstance(each, int) for each in choices)
    step = choices[2] if len(choices) == 3 else 1 if is_whole else (high - low) / 100
    if step <= 0:
        raise _wrong(name, choices)
    middle = low + (high - low) // 2 if is_whole else (low + high) / 2
    value = default if _is_number(default) and low <= default <= high else middle
    kind = "IntSlider" if is_whole and isinstance(value, int) else "FloatSlider"
    return kind, {"min": low, "max": high, "step": step, "value": value}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong(name: str, choices: object) -> ParameterError:
    return ParameterError(
        f"explore: {name}={choices!r} is no range; "
        "one of (low, high), (low, high, step), [choice, ...], True or False"
    )


def _control(name: str, kind: str, traits: dict[str, Any]) -> Any:
    """Return the control of one parameter; a slider acts when it is let go."""
    import ipywidgets

    if kind.endswith("Slider"):
        traits = {**traits, "continuous_update": False}
    return getattr(ipywidgets, kind)(
        description=name.replace("_", " "),
        style={"description_width": "12em"},
        layout={"width": "32em"},
        **traits,
    )
