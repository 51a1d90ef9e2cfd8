"""The comments of the contracts: what the documentation says of calls, messages and fields."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)

_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
"""Numbers of `FileDescriptorProto`'s fields, of which the paths of comments are made."""
_FIELD, _NESTED = 2, 3
_Path = tuple[int, ...]


def comments() -> dict[str, str]:
    """Comment by full name, such as `sdr.reporting.v1.ListLeadsRequest.search`; one paragraph each."""
    described = FileDescriptorSet.FromString((files("sdr") / "descriptors.binpb").read_bytes())
    found: dict[str, str] = {}
    for file in described.file:
        if file.name.startswith("sdr/"):
            found |= _of_file(file)
    return found


def _of_file(file: FileDescriptorProto) -> dict[str, str]:
    said = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
    names = dict(_names(file))
    return {names[path]: " ".join(text.split()) for path, text in said.items() if path in names and text.strip()}


def _names(file: FileDescriptorProto) -> Iterator[tuple[_Path, str]]:
    for number, message in enumerate(file.message_type):
        yield from _of_message(message, (_MESSAGE, number), file.package)
    for number, enum in enumerate(file.enum_type):
        yield from _of_enum(enum, (_ENUM, number), file.package)
    for number, service in enumerate(file.service):
        yield from _of_service(service, (_SERVICE, number), file.package)


def _of_message(message: DescriptorProto, path: _Path, parent: str) -> Iterator[tuple[_Path, str]]:
    name = f"{parent}.{message.name}"
    yield path, name
    for number, field in enumerate(message.field):
        yield (*path, _FIELD, number), f"{name}.{field.name}"
    for number, nested in enumerate(message.nested_type):
        yield from _of_message(nested, (*path, _NESTED, number), name)


def _of_enum(enum: EnumDescriptorProto, path: _Path, parent: str) -> Iterator[tuple[_Path, str]]:
    name = f"{parent}.{enum.name}"
    yield path, name
    for number, value in enumerate(enum.value):
        yield (*path, _FIELD, number), f"{name}.{value.name}"


def _of_service(service: ServiceDescriptorProto, path: _Path, parent: str) -> Iterator[tuple[_Path, str]]:
    name = f"{parent}.{service.name}"
    yield path, name
    for number, method in enumerate(service.method):
        yield (*path, _FIELD, number), f"{name}.{method.name}"
