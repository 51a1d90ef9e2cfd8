"""What buf says of the contracts: its standard rules, and that they only grow.

buf comes from npm (`make proto-check` installs it), from the PATH, or from the variable BUF.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorSet

from tests.contract.protos.descriptors import image

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "protos" / "buf.yaml"
LOCAL = ROOT / "node_modules" / ".bin" / "buf"

Change = Callable[[DescriptorProto], None]


def _find_buf() -> str | None:
    return os.environ.get("BUF") or (str(LOCAL) if LOCAL.exists() else shutil.which("buf"))


pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(
        _find_buf() is None, reason="buf is not installed: run `make proto-check` once, or set BUF to its path"
    ),
]


def _buf(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(_find_buf()), *map(str, arguments), "--config", str(CONFIG), "--path", "sdr"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  (our own tool)


def _write(folder: Path, name: str, files: FileDescriptorSet) -> Path:
    path = folder / f"{name}.binpb"
    path.write_bytes(files.SerializeToString())
    return path


def _changed(change: Change) -> FileDescriptorSet:
    files = image()
    (file,) = (file for file in files.file if file.name == "sdr/scoring/v1/scoring.proto")
    change(next(message for message in file.message_type if message.name == "QualifyRequest"))
    return files


def test_the_contracts_keep_bufs_standard_rules(tmp_path: Path) -> None:
    done = _buf("lint", _write(tmp_path, "now", image()))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_badly_named_field_is_noticed(tmp_path: Path) -> None:
    def rename(message: DescriptorProto) -> None:
        message.field[2].name = "turnId"

    done = _buf("lint", _write(tmp_path, "bad", _changed(rename)))
    assert done.returncode != 0
    assert "turnId" in done.stdout


def _remove_field(message: DescriptorProto) -> None:
    del message.field[2]


def _rename_field(message: DescriptorProto) -> None:
    message.field[2].name = "turn_number"


def _change_type(message: DescriptorProto) -> None:
    message.field[2].type = FieldDescriptorProto.TYPE_STRING


def _renumber(message: DescriptorProto) -> None:
    message.field[2].number = 30


@pytest.mark.parametrize("change", [_remove_field, _rename_field, _change_type, _renumber])
def test_a_change_that_breaks_callers_is_refused(change: Change, tmp_path: Path) -> None:
    later, earlier = _write(tmp_path, "later", _changed(change)), _write(tmp_path, "earlier", image())
    done = _buf("breaking", later, "--against", earlier)
    assert done.returncode != 0
    assert "QualifyRequest" in done.stdout + done.stderr


def test_a_new_field_is_welcome(tmp_path: Path) -> None:
    def add(message: DescriptorProto) -> None:
        message.field.add(
            name="note", number=30, type=FieldDescriptorProto.TYPE_STRING, label=FieldDescriptorProto.LABEL_OPTIONAL
        )

    later, earlier = _write(tmp_path, "later", _changed(add)), _write(tmp_path, "earlier", image())
    done = _buf("breaking", later, "--against", earlier)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_contracts_only_grew_since_the_main_branch() -> None:
    code = "import sys, check_breaking; check_breaking.BUF = sys.argv[1]; sys.exit(check_breaking.main())"
    done = subprocess.run(  # noqa: S603  (our own script)
        [sys.executable, "-c", code, str(_find_buf())],
        cwd=ROOT / "protos",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
