"""The stubs that run are those of the contracts in the tree, and none of them is committed."""

from __future__ import annotations

import subprocess
from importlib import resources
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc  # type: ignore[import-untyped]  # it ships no types

ROOT = Path(__file__).parents[3]
PROTOS = ROOT / "protos"


def _without_comments(files: FileDescriptorSet) -> dict[str, bytes]:
    found = {}
    for file in files.file:
        if file.package.startswith("sdr."):
            file.ClearField("source_code_info")
            found[file.name] = file.SerializeToString(deterministic=True)
    return found


def test_nothing_generated_is_tracked() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone: nothing says what is tracked")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607  (git as found on the PATH)
    generated = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py", "_pb2_grpc.pyi", ".binpb")
    tracked = listed.stdout.splitlines()
    assert "protos/build_stubs.py" in tracked
    assert [name for name in tracked if name.endswith(generated) or name.startswith("protos/gen/")] == []


def test_the_installed_stubs_are_those_of_the_contracts(tmp_path: Path) -> None:
    installed = FileDescriptorSet.FromString(resources.files("sdr").joinpath("descriptors.binpb").read_bytes())
    # What the contracts import (validation rules, well-known types) is taken from the installed set.
    foreign, dependencies = FileDescriptorSet(), tmp_path / "foreign.binpb"
    foreign.file.extend(file for file in installed.file if not file.package.startswith("sdr."))
    dependencies.write_bytes(foreign.SerializeToString())
    now = tmp_path / "now.binpb"
    contracts = sorted(str(path.relative_to(PROTOS)) for path in (PROTOS / "sdr").rglob("*.proto"))
    arguments = [f"--descriptor_set_in={dependencies}", f"-I{PROTOS}", f"--descriptor_set_out={now}", *contracts]
    assert protoc.main(["protoc", *arguments]) == 0
    fresh = _without_comments(FileDescriptorSet.FromString(now.read_bytes()))
    assert fresh == _without_comments(installed), "run `make protos`"
