"""What a user has set for other programs, and what else is installed, gets nowhere."""

import os
import subprocess
import sys

import pytest

from rareearth.render import library, provenance, recorder, server

pytestmark = pytest.mark.slow
TITLE = ("markdown", "# A question?")
PARAMETERS = ("parameters", "year: int = 2024")
# What a notebook could show of them, with a chart in nobody's style.
SHOWS = """import builtins, io, os, shutil, sys, time, zlib
import matplotlib, numpy, own_module, pandas
print(hasattr(builtins, "hostile"), "hostile" in globals(), sys.flags.optimize)
print(time.tzname, shutil.get_terminal_size(), time.strftime("%c", time.gmtime(0)))
print(open(os.devnull).encoding, os.environ.get("PANDAS_HOSTILE"))
print(pandas.Series(["a"]).array.__class__.__name__, pandas.DataFrame({"a": [1]}))
print(pandas.DataFrame([[0.1] * 30]), own_module.VALUE)
assert matplotlib.rcParams["axes.facecolor"] == "white"
import matplotlib.pyplot as plt
figure, axes = plt.subplots(figsize=(2, 1))
axes.plot([0, 10_000], [-1e7, 1e7])
figure.savefig(drawn := io.BytesIO(), format="png")
plt.close(figure)
print(zlib.crc32(drawn.getvalue()), plt.get_backend())"""
KERNEL = "get_ipython().kernel.shell_streams is None"  # only a real kernel has one


@pytest.fixture
def hostile(tmp_path):
    """Return the environment of a user who has set all that can be set."""
    for name, text in {
        "work/matplotlibrc": "text.usetex: True\naxes.facecolor: red\n",
        "home/.config/matplotlib/matplotlibrc": "axes.facecolor: blue\n",
        "home/.ipython/profile_default/startup/00.py": "hostile = True\n",
        "ipython/profile_default/startup/00.py": "hostile = True\n",
        "ipython/profile_default/ipython_config.py": "c.Nothing.such = 1 / 0\n",
        "jupyter/kernels/python3/kernel.json": '{"argv": ["false"], "language": "R"}',
        "jupyter/nbconvert/templates/base/index.html.j2": "hostile",
        "path/sitecustomize.py": "import builtins\nbuiltins.hostile = True\n",
        "path/seaborn.py": "raise RuntimeError('hostile')\n",
        "path/own_module.py": "VALUE = 1\n",
        "start.py": "hostile = True\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "init", "-q", tmp_path / "other"], check=True)
    return {
        "HOME": str(tmp_path / "home"),
        "MATPLOTLIBRC": str(tmp_path / "work" / "matplotlibrc"),
        "MPLBACKEND": "TkAgg",
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_PATH": str(tmp_path / "jupyter"),
        "JUPYTER_DATA_DIR": str(tmp_path / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "jupyter"),
        "JUPYTER_PREFER_ENV_PATH": "0",
        "PYTHONPATH": str(tmp_path / "path"),
        "PYTHONSTARTUP": str(tmp_path / "start.py"),
        "PYTHONOPTIMIZE": "2",
        "PYTHONWARNINGS": "error",
        "PYTHONUTF8": "0",
        "PANDAS_HOSTILE": "1",
        "PANDAS_FUTURE_INFER_STRING": "0",
        "OMP_NUM_THREADS": "3",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "de_DE.ISO-8859-1",
        "TZ": "Asia/Tokyo",
        "COLUMNS": "20",
        "NO_COLOR": "1",
        "GIT_DIR": str(tmp_path / "other" / ".git"),
        "GIT_WORK_TREE": str(tmp_path / "other"),
        "GIT_INDEX_FILE": str(tmp_path / "other" / ".git" / "index"),
    }


def render(path, folder, given, where, umask=0o022):
    """Render a notebook in a process of its own and return page and notebook."""
    known = ("PATH", "HOME", "TMPDIR")
    usual = {name: os.environ[name] for name in known if name in os.environ}
    words = [sys.executable, "-m", "rareearth", "render", path, "--out", folder]
    done = subprocess.run(
        [*words, "--force", "--quiet"],
        env={**usual, **given},
        cwd=where,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stderr, done.stdout, done.returncode) == ("", "", 0)
    assert (folder / "sample.html").stat().st_mode & 0o777 == 0o666 & ~umask
    return [(folder / f"sample.{kind}").read_bytes() for kind in ("html", "ipynb")]


@pytest.mark.parametrize("more", ["1", KERNEL], ids=["pool", "kernel"])
def test_the_settings_of_a_user_change_no_byte(notebook, tmp_path, hostile, more):
    path = notebook(TITLE, PARAMETERS, ("code", SHOWS), ("code", more))
    quiet = {"PYTHONPATH": str(tmp_path / "plain")}
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "own_module.py").write_text("VALUE = 1\n")
    usual = render(path, tmp_path / "one", quiet, tmp_path / "plain")
    (path.parent / "matplotlibrc").write_text("axes.facecolor: green\n")
    where = tmp_path / "work"
    assert render(path, tmp_path / "two", hostile, where, 0o077) == usual
    assert b"hostile = True" not in usual[1]
    assert b"False False 0" in usual[1]


def test_what_pandas_and_others_find_installed_changes_nothing(tmp_path):
    """Modules that would change numbers, or start threads, are never imported."""
    for name in (*recorder.ENGINES, *recorder.CLOUDS):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('imported')\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import rareearth.render.preload\n"
        "import os; print(len(os.listdir('/proc/self/task')))\n"
        f"found = set(sys.modules) & set({recorder.ENGINES + recorder.CLOUDS!r})\n"
        "print(sorted(found))"
    )
    environment = {k: v for k, v in server.settings().items() if v is not None}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n[]\n"


def test_pandas_computes_alike_in_every_kernel_that_loads_figures():
    pandas = pytest.importorskip("pandas")
    __import__("rareearth.figures.loading")
    assert not pandas.get_option("compute.use_bottleneck")
    assert not pandas.get_option("compute.use_numexpr")
    assert pandas.get_option("mode.string_storage") == "python"


def git(folder, *words):
    person = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "-C", folder, *person, *words], check=True)


@pytest.fixture
def checkout(tmp_path):
    """Return a repository with a committed file."""
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "module.py").write_text("x = 1\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    return root


def test_the_commit_is_known_from_anywhere(checkout, tmp_path, monkeypatch):
    module, elsewhere = checkout / "module.py", tmp_path / "mine.ipynb"
    elsewhere.write_text("{}")
    head = (checkout / ".git" / "refs" / "heads").glob("*").__next__().read_text()
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "other"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "log.showSignature")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    monkeypatch.chdir(tmp_path)
    assert provenance.commit(checkout, [module]) == head.strip()
    said = provenance.commit(checkout, [elsewhere, module])
    assert said == f"{head.strip()}; the notebook is not part of it"
    link = tmp_path / "link"
    link.symlink_to(checkout)
    assert provenance.commit(link, [link / "module.py"]) == head.strip()
    module.write_text("x = 2\n")
    changed = f"{head.strip()}, with uncommitted changes"
    assert provenance.commit(checkout, [module]) == changed


def test_a_file_that_git_does_not_know_counts_as_a_change(checkout, monkeypatch):
    git(checkout, "config", "status.showUntrackedFiles", "no")
    new = checkout / "new.ipynb"
    new.write_text("{}")
    said = provenance.commit(checkout, [checkout / "module.py", new])
    assert said.endswith(", with uncommitted changes")


def test_a_run_is_told_nothing_of_the_users_settings(monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    monkeypatch.setenv("PYTHONHOME", "/where/python/is")
    monkeypatch.setenv("MPLBACKEND", "TkAgg")
    given = server.settings()
    assert given["PYTHONOPTIMIZE"] is None
    assert "PYTHONHOME" not in given
    assert given["MPLBACKEND"] == server.INLINE
    assert library.PACKAGE.joinpath("matplotlibrc").exists() is False
