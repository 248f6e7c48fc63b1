"""Keep what a cell prints within what a page can show and a disk should hold."""

from __future__ import annotations

from typing import Any

MOST = 1_000_000  # characters that a cell may print; the rest is counted
_LINE = "\n... {more:,} more characters were printed; a report keeps {most:,} a cell\n"


def cut(notebook: Any) -> None:
    """Shorten what the cells of a notebook have printed, in place."""
    for cell in notebook["cells"]:
        if "outputs" in cell:
            cell["outputs"] = shortened(cell["outputs"])


def shortened(outputs: list[Any]) -> list[Any]:
    """Return the outputs of a cell with at most `MOST` characters of printed text.

    The first `MOST` stay, whatever they are printed to, and a line says how many were
    left out. Tables, charts and errors stay as they are.
    """
    printed = sum(map(_printed, outputs))
    if printed <= MOST:
        return outputs
    kept, room = [], MOST
    for output in outputs:
        length = _printed(output)
        if length and room == 0:
            continue
        if length > room:
            note = _LINE.format(more=printed - MOST, most=MOST)
            output = type(output)(output)  # a copy, of nbformat's own kind
            output["text"] = output["text"][:room] + note
        room -= min(length, room)
        kept.append(output)
    return kept


def _printed(output: Any) -> int:
    is_stream = output["output_type"] == "stream"
    return len(output["text"]) if is_stream else 0
