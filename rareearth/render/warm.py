"""The engine ``rareearth-warm``: the cells of a notebook run in this process.

There is no kernel to start and no socket: ipykernel's own shell runs the cells, with
its messages caught and handed to nbclient, so that outputs are those of the stock
engine. The process must be one of its own (`rareearth.render.pool` forks it), because
whatever a notebook does to it stays.
"""

from __future__ import annotations

import builtins
import getpass
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any, NoReturn

import comm
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from traitlets import Any as AnyTrait
from traitlets.config import Config

from rareearth.render import server

ENGINE = "rareearth-warm"
COMM = "it opens a comm, as widgets do"

Message = dict[str, Any]


class NeedsKernel(Exception):
    """The notebook does what only a real kernel can; run it on the stock engine."""


class _Caught(Session):
    """A session whose messages go to `sink` instead of a socket."""

    sink: Any = AnyTrait()

    def send(
        self,
        stream: Any,
        msg_or_type: Message | str,
        content: Message | None = None,
        parent: Any = None,
        **_: Any,
    ) -> Message:
        """Hand a message to the sink as it would arrive at a client."""
        message = msg_or_type
        if isinstance(message, str):
            message = self.msg(message, content)
        message["content"] = json.loads(json.dumps(message["content"], default=str))
        self.sink(message)
        return message


class _Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of the notebook."""

    encoding = "utf-8"

    def __init__(self, name: str, handle: int, session: _Caught) -> None:
        self.name, self._handle, self._session = name, handle, session
        self._pieces: list[str] = []

    def write(self, text: str) -> int:
        """Keep `text` until something else is shown."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._pieces.append(text)
        return len(text)

    def flush(self) -> None:
        """Show what was written."""
        text = "".join(self._pieces)
        self._pieces.clear()
        if text:
            self._session.send(None, "stream", {"name": self.name, "text": text})

    def fileno(self) -> int:
        """Return the file descriptor, for programs that the notebook starts."""
        return self._handle

    def writable(self) -> bool:
        """Return True."""
        return True


class _Shell(ZMQInteractiveShell):
    """ipykernel's shell, which ends the run where a kernel would end itself."""

    def ask_exit(self) -> NoReturn:
        """End the run, as ``sys.exit()`` does."""
        raise SystemExit


class _NoKernel:
    """Stands where a kernel would be, and asks for one when it is touched."""

    def __init__(self, ask: Callable[[str], None]) -> None:
        self.__dict__["_ask"] = ask

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("io_loop", "eventloop"):
            raise AttributeError(name)
        return self._ask(f"it uses get_ipython().kernel.{name}")


class Runner:
    """Runs the cells of one notebook, once."""

    def __init__(self, nb_man: Any) -> None:
        self.manager = nb_man
        self.client = PapermillNotebookClient(nb_man)
        self.session = _Caught(sink=self._receive)
        self.wanted = ""  # why a kernel is needed
        self.place: tuple[int, NotebookNode] | None = None
        self.failed = False
        self._caught = {
            name: tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
            for name in ("stdout", "stderr")
        }
        self.shell = self._start()

    def run(self) -> None:
        """Run the cells until one fails, and fill in their outputs."""
        for index, cell in enumerate(self.manager.nb.cells):
            self.manager.cell_start(cell, index)
            try:
                is_good = not self._is_run(cell) or self._cell(index, cell)
                if self.wanted:
                    raise NeedsKernel(self.wanted)
                if not is_good:
                    self.manager.cell_exception(cell, cell_index=index)
                    break
            finally:
                self.manager.cell_complete(cell, cell_index=index)
        language = json.loads(json.dumps(IPythonKernel.language_info))
        self.manager.nb.metadata["language_info"] = language

    @staticmethod
    def _is_run(cell: NotebookNode) -> bool:
        tags = cell.metadata.get("tags", [])
        return (
            cell.cell_type == "code"
            and bool(cell.source.strip())
            and "skip-execution" not in tags
        )

    def _cell(self, index: int, cell: NotebookNode) -> bool:
        """Run one cell and return whether the next may run."""
        self.place, self.failed = (index, cell), False
        self.client.clear_before_next_output = False
        cell["execution_count"] = self.shell.execution_count
        result = self.shell.run_cell(cell.source, store_history=True, cell_id=cell.id)
        self._flush()
        cell["outputs"] = coalesce(cell.outputs)
        may_fail = "raises-exception" in cell.metadata.get("tags", [])
        return may_fail or (result.success and not self.failed)

    def _receive(self, message: Message) -> None:
        if message["msg_type"] == "error":
            self.failed = True
        if message["msg_type"].startswith("comm"):
            self._want(COMM)
        if self.place is not None:
            index, cell = self.place
            self.client.process_message({**message, "parent_header": {}}, cell, index)

    def _flush(self) -> None:
        """Show what is still in the streams, that of other programs last."""
        for name, file in self._caught.items():
            getattr(sys, name).flush()
            text = file.read().decode("utf-8", "replace")
            if text:
                content = {"name": name, "text": text}
                self.session.send(None, "stream", content)

    def _want(self, reason: str, *_: Any, **__: Any) -> NoReturn:
        """Ask for a real kernel, also in the place of a function of any arguments."""
        self.wanted = self.wanted or reason
        raise NeedsKernel(reason)

    def _start(self) -> ZMQInteractiveShell:
        """Return the shell, as ipykernel would set it up, and take over the streams."""
        config = Config()
        config.HistoryManager.enabled = False  # no file, no thread
        config.InteractiveShell.cache_size = 1000
        _Shell.clear_instance()
        shell = _Shell.instance(
            config=config,
            compiler_class=XCachingCompiler,
            kernel=_NoKernel(self._want),
        )
        for hook in (shell.displayhook, shell.display_pub):
            hook.session = self.session
            hook.pub_socket = None
        shell.displayhook.topic = b"execute_result"
        for name, number in (("stdout", 1), ("stderr", 2)):
            os.dup2(self._caught[name].fileno(), number)
            setattr(sys, name, _Stream(name, number, self.session))
        builtins.input = getpass.getpass = partial(self._want, "it asks for input")
        comm.create_comm = comm.get_comm_manager = partial(self._want, COMM)
        _show_figures(shell)
        if "" not in sys.path:
            sys.path.insert(0, "")  # modules beside the notebook, as in a kernel
        return shell


class WarmEngine(Engine):
    """Papermill's engine interface to `Runner`."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, keep: list[NotebookNode], **kwargs: Any
    ) -> None:
        """Put the notebook into `keep`, then run it in this process."""
        keep.append(nb_man.nb)
        follow_cells(nb_man, kwargs.get("follow"))
        os.chdir(kwargs["resources"]["metadata"]["path"])
        Runner(nb_man).run()


papermill_engines.register(ENGINE, WarmEngine)


def coalesce(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return the outputs with one entry a stream, as nbclient merges them.

    A line that was written over with a carriage return is as a terminal shows it.
    """
    merged: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        name = output.name if output.output_type == "stream" else ""
        if name in streams:
            streams[name]["text"] += output["text"]
            continue
        merged.append(output)
        if name:
            streams[name] = output
    for output in streams.values():
        output["text"] = "\n".join(map(_overwritten, output["text"].split("\n")))
    for i, (one, two) in enumerate(pairwise(merged)):
        if one.get("name") == "stderr" and two.get("name") == "stdout":
            merged[i], merged[i + 1] = two, one
            break
    return merged


def _overwritten(line: str) -> str:
    """Return a line from after its last carriage return, but for one at its end.

    nbclient's own pattern takes minutes for a line of 200,000 characters.
    """
    return line[line.rfind("\r", 0, max(0, len(line) - 1)) + 1 :]


def _show_figures(shell: ZMQInteractiveShell) -> None:
    """Show open figures after each cell if matplotlib was loaded before the shell."""
    if "matplotlib.pyplot" not in sys.modules:
        return
    import matplotlib.pyplot as plt
    from IPython.core.pylabtools import activate_matplotlib
    from matplotlib_inline.backend_inline import configure_inline_support

    plt.close("all")
    activate_matplotlib(server.INLINE)
    configure_inline_support(shell, server.INLINE)


def follow_cells(
    nb_man: Any, follow: Callable[[NotebookNode, int, bool], None] | None
) -> None:
    """Have `follow` called when papermill's manager hears of a cell's start and end."""
    if follow is None:
        return
    start, complete = nb_man.cell_start, nb_man.cell_complete

    def cell_start(cell: NotebookNode, cell_index: int) -> None:
        start(cell, cell_index)
        follow(nb_man.nb, cell_index, False)

    def cell_complete(cell: NotebookNode, cell_index: int) -> None:
        complete(cell, cell_index=cell_index)
        follow(nb_man.nb, cell_index, True)

    nb_man.cell_start, nb_man.cell_complete = cell_start, cell_complete
