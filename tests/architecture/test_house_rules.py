"""The fixed rules of DESIGN section 3, as tests."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted((ROOT / "coach").rglob("*.py"))
HEAVY = ("torch", "gradio", "chromadb", "langchain", "sentence_transformers")


def run(code: str) -> str:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip().splitlines()[-1]


def loaded_by(code: str) -> set[str]:
    return set(run(f"{code}\nimport sys; print(' '.join(m for m in {HEAVY!r} if m in sys.modules) or '-')").split()) - {"-"}


def test_importing_coach_loads_nothing_heavy() -> None:
    assert loaded_by("import coach") == set()


def test_coach_help_loads_nothing_heavy() -> None:
    assert loaded_by("import sys; sys.argv=['coach','--help']\ntry:\n    from coach.cli import main; main()\nexcept SystemExit: pass") == set()


PURE = [
    "coach.library.script",
    "coach.library.parse",
    "coach.library.validate",
    "coach.advise.facts",
    "coach.advise.person",
    *(f"coach.guard.{p.stem}" for p in (ROOT / "coach/guard").glob("*.py") if p.stem != "__init__"),
]


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_loads_no_model_index_or_page(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return named | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("langchain", ("coach/models/",)),
        ("chromadb", ("coach/library/index.py", "coach/library/search.py")),
        ("gradio", ("coach/web/",)),
        ("sqlalchemy", ("coach/store/",)),
    ],
)
def test_only_its_own_place_imports_a_library(library: str, allowed: tuple[str, ...]) -> None:
    users = {path.relative_to(ROOT).as_posix() for path in CODE for name in imports_of(path) if name == library or name.startswith((library + ".", library + "_"))}
    assert users, f"{library} is not used at all: remove the dependency"
    assert all(user.startswith(allowed) for user in users), users


def test_the_web_pages_hold_no_rule() -> None:
    """They may know Coach, shapes, the store and adapt's count, but not guard, search or models."""
    for path in (ROOT / "coach/web").glob("*.py"):
        assert not [name for name in imports_of(path) if name.startswith(("coach.guard", "coach.library.search", "coach.library.index", "coach.models"))], path.name


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_says_what_it_is_for(path: Path) -> None:
    assert path.name == "__init__.py" or ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_functions_fit_a_screen() -> None:
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                assert node.end_lineno - node.lineno < 60, f"{path.name}: {node.name}"


def test_no_prompt_stands_in_code() -> None:
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"\byou are (a|an|the) (helpful|assistant|clinician|patient)\b", node.value, re.IGNORECASE), path.name


def test_app_is_a_short_composition_root() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) < 60


def test_every_direct_dependency_has_an_exact_version_that_was_tested() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(item for extra in project["optional-dependencies"].values() for item in extra)]
    names = {re.split(r"[<>=\[ ]", item)[0].lower().replace("_", "-") for item in wanted}
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line}
    assert names <= pinned, names - pinned
