"""Sliders and menus for the parameters of an analysis, inside a notebook.

They need a live front end. In a rendered report, in papermill, nbconvert or a script
there is nobody to move them: there `explore` says in one line what JupyterLab has, so
that a report has no dead controls. A front end that asks for the cell says so by its
protocol: JupyterLab and Notebook put a ``cellId`` into each request, papermill and
nbclient do not.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from rareearth.display.output import say
from rareearth.errors import ParameterError
from rareearth.words import listed

Choices = bool | list[Any] | tuple[float, ...]


def explore(
    function: Callable[..., object],
    *,
    units: Mapping[str, str] | None = None,
    note: str = "",
    **ranges: Choices,
) -> None:
    """Show a control for each parameter of `function`, and its result beneath.

    The function is called with the parameters whose controls have been moved, and with
    no others: as long as nothing is moved, it shows what the report says. What it
    displays replaces what it displayed before. Without a live front end one line says
    what JupyterLab has here, and the function is not called.

    Parameters
    ----------
    function : callable
        Takes the named parameters, none of which it needs, and displays something.
    units : mapping, optional
        The unit of a parameter, written after its name.
    note : str
        What is moved, and what stays: a sentence above the controls.
    **ranges
        For each parameter what it may be. A tuple of two to four numbers is a slider
        from the first to the second, in steps of the third (by default whole numbers,
        or a hundredth of the way), that starts at the fourth. A list is a menu.
        ``True`` or ``False`` is a box to tick, so set at the start. Where none is
        given the start is the function's own default, else the first choice or the
        middle.

    Raises
    ------
    ParameterError
        If there is no range, or one is not as above. The message names it.

    Examples
    --------
    >>> def draw(price=90, producer="Lynas"):
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
    named = {name: name.replace("_", " ") for name in ranges}
    if not is_live():
        say(f"In JupyterLab there are controls here, for {listed([*named.values()])}.")
        return
    import ipywidgets
    from IPython.display import display

    for name, unit in (units or {}).items():
        named[name] += f" ({unit})"
    controls = {name: _control(named[name], *spec) for name, spec in made.items()}
    start = {name: control.value for name, control in controls.items()}
    told = ipywidgets.HTML()

    def turn(**values: Any) -> None:
        moved = {name: value for name, value in values.items() if value != start[name]}
        changes = [
            f"{named[name]} from {start[name]} to {moved[name]}" for name in moved
        ]
        now = (
            f"moved: {'; '.join(changes)}"
            if moved
            else "nothing is moved, as in the report"
        )
        told.value = escape(f"{note} Now {now}.".strip())
        function(**moved)

    def put_back(_: object) -> None:
        for name, control in controls.items():
            control.value = start[name]

    reset = ipywidgets.Button(description="Reset")
    reset.on_click(put_back)
    result = ipywidgets.interactive_output(turn, controls)
    display(ipywidgets.VBox([told, *controls.values(), reset, result]))


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
    if not isinstance(choices, tuple) or len(choices) not in (2, 3, 4):
        raise _wrong(name, choices)
    if not all(map(_is_number, choices)) or not choices[0] < choices[1]:
        raise _wrong(name, choices)
    low, high = choices[:2]
    is_whole = all(isinstance(each, int) for each in choices)
    step = choices[2] if len(choices) > 2 else 1 if is_whole else (high - low) / 100
    default = choices[3] if len(choices) > 3 else default
    is_inside = _is_number(default) and low <= default <= high
    if step <= 0 or (len(choices) > 3 and not is_inside):
        raise _wrong(name, choices)
    middle = low + (high - low) // 2 if is_whole else (low + high) / 2
    value = default if is_inside else middle
    kind = "IntSlider" if is_whole and isinstance(value, int) else "FloatSlider"
    return kind, {"min": low, "max": high, "step": step, "value": value}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong(name: str, choices: object) -> ParameterError:
    return ParameterError(
        f"explore: {name}={choices!r} is no range; "
        "one of (low, high), (low, high, step), (low, high, step, start), "
        "[choice, ...], True or False"
    )


def _control(name: str, kind: str, traits: dict[str, Any]) -> Any:
    """Return the control of one parameter; a slider acts when it is let go."""
    import ipywidgets

    if kind.endswith("Slider"):
        traits = {**traits, "continuous_update": False}
    return getattr(ipywidgets, kind)(
        description=name,
        style={"description_width": "18em"},
        layout={"width": "40em"},
        **traits,
    )
