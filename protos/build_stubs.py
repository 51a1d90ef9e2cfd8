"""Generates the Python stubs of the contracts; runs at install (hatch hook) and by `make protos`.

Output goes to `gen/`, which is not committed: messages, gRPC stubs, type stubs for both, and
`sdr/descriptors.binpb`, the descriptor set with source comments that `buf lint`, reflection of
documentation and the REST transcoder read. The validation rules' own schema (`buf/validate`) is
taken from the installed protovalidate package, so no foreign source is vendored.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
GEN = HERE / "gen"
VALIDATE = "buf/validate/validate.proto"


def _write_dependencies(target: Path) -> None:
    """Writes a descriptor set with the validation schema and the well-known types it needs."""
    from google.api import annotations_pb2, http_pb2  # noqa: PLC0415
    from google.protobuf import (  # noqa: PLC0415  (build-time only)
        any_pb2,
        descriptor_pb2,
        duration_pb2,
        empty_pb2,
        field_mask_pb2,
        struct_pb2,
        timestamp_pb2,
    )
    from protovalidate._gen.buf.validate import validate_pb  # noqa: PLC0415

    files = descriptor_pb2.FileDescriptorSet()
    for module in (descriptor_pb2, duration_pb2, timestamp_pb2, field_mask_pb2, any_pb2, empty_pb2, struct_pb2):
        module.DESCRIPTOR.CopyToProto(files.file.add())
    for module in (http_pb2, annotations_pb2):  # the HTTP bindings of calls
        module.DESCRIPTOR.CopyToProto(files.file.add())
    files.file.add().ParseFromString(validate_pb.desc().proto.to_binary())
    target.write_bytes(files.SerializeToString())


def _protoc(*arguments: str) -> None:
    from grpc_tools import protoc  # noqa: PLC0415

    if protoc.main(["protoc", *arguments]) != 0:
        raise SystemExit("protoc refused the contracts; its message is above")


def generate() -> None:
    """Writes `gen/` anew: old stubs are removed first, so that a deleted message cannot linger."""
    protos = sorted(str(path.relative_to(HERE)) for path in (HERE / "sdr").rglob("*.proto"))
    shutil.rmtree(GEN, ignore_errors=True)
    (GEN / "sdr").mkdir(parents=True)
    (GEN / "buf" / "validate").mkdir(parents=True)
    dependencies, image = GEN / "dependencies.binpb", GEN / "sdr" / "descriptors.binpb"
    _write_dependencies(dependencies)
    _protoc(
        f"--descriptor_set_in={dependencies}",
        f"-I{HERE}",
        "--include_imports",
        "--include_source_info",
        f"--descriptor_set_out={image}",
        *protos,
    )
    plugins = Path(sys.executable).parent
    _protoc(
        f"--descriptor_set_in={image}",
        f"--plugin={plugins / 'protoc-gen-mypy'}",
        f"--plugin={plugins / 'protoc-gen-mypy_grpc'}",
        f"--python_out={GEN}",
        f"--grpc_python_out={GEN}",
        f"--mypy_out={GEN}",
        f"--mypy_grpc_out={GEN}",
        *protos,
    )
    _protoc(
        f"--descriptor_set_in={image}",
        f"--plugin={plugins / 'protoc-gen-mypy'}",
        f"--python_out={GEN}",
        f"--mypy_out={GEN}",
        VALIDATE,
    )
    dependencies.unlink()
    for package in (GEN / "sdr", GEN / "buf"):
        for folder in (package, *(path for path in package.rglob("*") if path.is_dir())):
            (folder / "__init__.py").touch()
        (package / "py.typed").touch()


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # `make protos` needs no hatchling
    pass
else:

    class StubsHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's generic has no public config type
        """Generates the stubs before hatch packs or links them."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # hatch's own signature
            """Runs before the build."""
            generate()


if __name__ == "__main__":
    generate()
