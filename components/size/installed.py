"""Prints the bytes of everything that is installed in its image, by name, as one JSON object.

The image's interpreter gets this program as text, so that no image has to hold it. The program reads the packages' own
lists of files.
"""

import json
from importlib.metadata import Distribution, distributions
from importlib.util import cache_from_source
from pathlib import Path
from stat import S_ISREG

DPKG = Path("/var/lib/dpkg")


def size(path: Path) -> int:
    """Bytes of a file; 0 for a link, and for a file that is missing or cannot be read."""
    try:
        found = path.lstat()
    except OSError:
        return 0
    return found.st_size if S_ISREG(found.st_mode) else 0


def distribution_size(distribution: Distribution) -> int:
    """Bytes of a distribution's files and of their bytecode, which the distribution's list lacks."""
    files = [Path(str(distribution.locate_file(file))) for file in distribution.files or []]
    bytecode = [Path(cache_from_source(str(file))) for file in files if file.suffix == ".py"]
    return sum(size(file) for file in files + bytecode)


def debian_packages(status: str) -> dict[str, int]:
    """Bytes of the packages that dpkg lists as installed."""
    fields = [
        dict(line.split(": ", 1) for line in entry.splitlines() if ": " in line) for entry in status.split("\n\n")
    ]
    return {
        f"{package['Package']} (Debian)": debian_size(package)
        for package in fields
        if package.get("Status", "").endswith(" installed")
    }


def debian_size(package: dict[str, str]) -> int:
    """Bytes of a package's files; the package's own Installed-Size, in KiB, if dpkg's list of its files is missing."""
    name = package["Package"]
    lists = [DPKG / "info" / f"{name}{suffix}.list" for suffix in ("", f":{package.get('Architecture')}")]
    paths = [Path(line) for found in lists if found.is_file() for line in found.read_text("utf-8").splitlines()]
    return sum(size(path) for path in paths) if paths else int(package.get("Installed-Size", "0")) * 1024


def code(folder: Path) -> dict[str, int]:
    """Bytes of the image's working folder: the service's own code, and any other file there."""
    return {f"files in {folder}": sum(size(path) for path in folder.rglob("*"))}


def installed() -> dict[str, int]:
    """Bytes of everything that is installed, by name and kind."""
    status = DPKG / "status"
    python = {f"{found.name} (Python)": distribution_size(found) for found in distributions()}
    debian = debian_packages(status.read_text("utf-8")) if status.is_file() else {}
    return python | debian | code(Path.cwd())


if __name__ == "__main__":
    print(json.dumps(installed()))
