"""The program that measures an image's packages, on made-up packages."""

import importlib.util
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.metadata import Distribution
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = Path(__file__).parents[2] / "components" / "size" / "installed.py"

STATUS = """\
Package: listed
Status: install ok installed
Architecture: amd64
Installed-Size: 9999
Description: a package whose files are listed
 Package: is no field here

Package: multi
Status: hold ok installed
Architecture: amd64

Package: unlisted
Status: install ok installed
Architecture: all
Installed-Size: 7

Package: removed
Status: deinstall ok config-files
Installed-Size: 5
"""

Write = Callable[[str, int], Path]


@pytest.fixture
def program() -> ModuleType:
    """Load the program, whose name cannot be imported."""
    loader = SourceFileLoader("image_packages", str(SOURCE))
    spec = importlib.util.spec_from_loader("image_packages", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of the given size in bytes."""

    def write_file(name: str, size: int) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
        return path

    return write_file


def test_debian_packages_are_as_large_as_the_files_that_are_there(
    program: ModuleType, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing files and links count nothing, and a package without a list counts by its Installed-Size."""
    monkeypatch.setattr(program, "DPKG", tmp_path)
    first, second = write("usr/first", 100), write("usr/second", 20)
    link = tmp_path / "usr" / "link"
    link.symlink_to(first)
    listed = write("info/listed.list", 0)
    listed.write_text(f"{tmp_path}/usr\n{first}\n{link}\n{tmp_path}/usr/share/doc/left-out\n")
    write("info/multi:amd64.list", 0).write_text(f"{second}\n")
    assert program.debian_packages(STATUS) == {
        "listed (Debian)": 100,
        "multi (Debian)": 20,
        "unlisted (Debian)": 7 * 1024,
    }


def test_a_python_distribution_has_its_files_and_their_bytecode(program: ModuleType, write: Write) -> None:
    """The installer compiles after it has written the list, so that the list lacks the bytecode."""
    write("wheel/module.py", 30)
    write("wheel/__pycache__/other.pyc", 5000)
    write(f"wheel/{Path(importlib.util.cache_from_source('module.py'))}", 50)
    info = write("wheel/wheel-1.dist-info/METADATA", 0).parent
    (info / "RECORD").write_text("module.py,,30\nmissing.py,,9\n")
    assert program.distribution_size(Distribution.at(info)) == 80


def test_files_in_the_working_folder_count_too(program: ModuleType, write: Write, tmp_path: Path) -> None:
    """A model that was copied beside the code is in no package."""
    write("app/package/module.py", 10)
    write("app/model.bin", 1000)
    assert program.code(tmp_path / "app") == {f"files in {tmp_path}/app": 1010}
