"""The one file for supervised parties: whole, the same each time, and running where nothing but Python is."""

from __future__ import annotations

import ast
import subprocess
import sys

from quanheng.evidence.single import single_file


def test_the_file_is_made_the_same_and_imports_the_standard_library_only():
    content = single_file()
    assert content == single_file()
    imported = set()
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == set()
    assert not imported & {"socket", "urllib", "http", "ssl", "subprocess", "ctypes"}


def test_no_name_is_defined_twice_in_the_file():
    names = [n.name for n in ast.parse(single_file()).body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    assert len(names) == len(set(names))


def test_it_runs_bare_and_refuses_what_is_no_pack_in_one_line(tmp_path):
    (tmp_path / "v.py").write_bytes(single_file())
    (tmp_path / "x.zip").write_bytes(b"not a pack")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "v.py", "x.zip"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "not an evidence pack" in done.stderr
