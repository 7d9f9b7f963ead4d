"""Print the bytes of everything that is installed in the image this runs in, by name, as one JSON object.

It is given to the interpreter of the image as text, so that no image has to hold it. It goes by the lists of files
that the packages left.
"""

import json
from importlib.metadata import Distribution, distributions
from importlib.util import cache_from_source
from pathlib import Path
from stat import S_ISREG

DPKG = Path("/var/lib/dpkg")


def size(path: Path) -> int:
    """Bytes of a file; none for a link, and for a file that the image left out or does not show."""
    try:
        found = path.lstat()
    except OSError:
        return 0
    return found.st_size if S_ISREG(found.st_mode) else 0


def distribution_size(distribution: Distribution) -> int:
    """Bytes of a distribution's files, with the bytecode beside them, which its list does not have."""
    files = [Path(str(distribution.locate_file(file))) for file in distribution.files or []]
    bytecode = [Path(cache_from_source(str(file))) for file in files if file.suffix == ".py"]
    return sum(size(file) for file in files + bytecode)


def debian_packages(status: str) -> dict[str, int]:
    """Bytes of the packages that dpkg has as installed."""
    fields = [
        dict(line.split(": ", 1) for line in entry.splitlines() if ": " in line) for entry in status.split("\n\n")
    ]
    return {
        f"{package['Package']} (Debian)": debian_size(package)
        for package in fields
        if package.get("Status", "").endswith(" installed")
    }


def debian_size(package: dict[str, str]) -> int:
    """Bytes of a package's files; what the package says of itself, in KiB, where dpkg's list of them was left out."""
    name = package["Package"]
    lists = [DPKG / "info" / f"{name}{suffix}.list" for suffix in ("", f":{package.get('Architecture')}")]
    paths = [Path(line) for found in lists if found.is_file() for line in found.read_text("utf-8").splitlines()]
    return sum(size(path) for path in paths) if paths else int(package.get("Installed-Size", "0")) * 1024


def code(folder: Path) -> dict[str, int]:
    """Bytes of the folder that the image works in: the service's own code, and whatever else lies there."""
    return {f"files in {folder}": sum(size(path) for path in folder.rglob("*"))}


def installed() -> dict[str, int]:
    """Bytes of all that is installed, by a name that says what it is."""
    status = DPKG / "status"
    python = {f"{found.name} (Python)": distribution_size(found) for found in distributions()}
    debian = debian_packages(status.read_text("utf-8")) if status.is_file() else {}
    return python | debian | code(Path.cwd())


if __name__ == "__main__":
    print(json.dumps(installed()))
