"""The contracts as protoc saw them, with the comments of their sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)

# Field numbers inside descriptor.proto, of which the paths of source comments are made.
_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_FIELD, _NESTED, _NESTED_ENUM, _ONEOF = 2, 3, 4, 8
_VALUE, _METHOD = 2, 2


def image() -> FileDescriptorSet:
    """The descriptor set that was generated with the stubs."""
    return FileDescriptorSet.FromString(resources.files("sdr").joinpath("descriptors.binpb").read_bytes())


def our_files() -> list[FileDescriptorProto]:
    """Files of this project's own packages."""
    return [file for file in image().file if file.package.startswith("sdr.")]


@dataclass(frozen=True)
class Element:
    """Anything that can carry a comment."""

    kind: str
    """message, field, oneof, enum, value, service or rpc."""
    name: str
    """Full name, such as "sdr.scoring.v1.QualifyRequest.facts"."""
    comment: str
    """The comment before it; empty: none."""


def elements() -> Iterator[Element]:
    """Everything in our files that can carry a comment."""
    for file in our_files():
        comments = {tuple(place.path): place.leading_comments.strip() for place in file.source_code_info.location}
        for at, message in enumerate(file.message_type):
            yield from _message(comments, file.package, (_MESSAGE, at), message)
        for at, enum in enumerate(file.enum_type):
            yield from _enum(comments, file.package, (_ENUM, at), enum)
        for at, service in enumerate(file.service):
            name = f"{file.package}.{service.name}"
            yield Element("service", name, comments.get((_SERVICE, at), ""))
            for number, method in enumerate(service.method):
                path = (_SERVICE, at, _METHOD, number)
                yield Element("rpc", f"{name}.{method.name}", comments.get(path, ""))


def _message(
    comments: dict[tuple[int, ...], str], scope: str, path: tuple[int, ...], message: DescriptorProto
) -> Iterator[Element]:
    if message.options.map_entry:
        return
    name = f"{scope}.{message.name}"
    yield Element("message", name, comments.get(path, ""))
    for at, field in enumerate(message.field):
        yield Element("field", f"{name}.{field.name}", comments.get((*path, _FIELD, at), ""))
    for at, oneof in enumerate(message.oneof_decl):
        if not oneof.name.startswith("_"):  # protoc's own, behind an `optional` field
            yield Element("oneof", f"{name}.{oneof.name}", comments.get((*path, _ONEOF, at), ""))
    for at, nested in enumerate(message.nested_type):
        yield from _message(comments, name, (*path, _NESTED, at), nested)
    for at, enum in enumerate(message.enum_type):
        yield from _enum(comments, name, (*path, _NESTED_ENUM, at), enum)


def _enum(
    comments: dict[tuple[int, ...], str], scope: str, path: tuple[int, ...], enum: EnumDescriptorProto
) -> Iterator[Element]:
    name = f"{scope}.{enum.name}"
    yield Element("enum", name, comments.get(path, ""))
    for at, value in enumerate(enum.value):
        yield Element("value", f"{name}.{value.name}", comments.get((*path, _VALUE, at), ""))


def methods() -> Iterator[tuple[str, MethodDescriptorProto]]:
    """Every rpc, named "dialogue.Respond"."""
    for file in our_files():
        for service in file.service:
            for method in service.method:
                yield f"{file.package.split('.')[1]}.{method.name}", method


def messages() -> dict[str, DescriptorProto]:
    """Top-level messages by full name, with the leading dot that references use."""
    return {f".{file.package}.{message.name}": message for file in our_files() for message in file.message_type}


def enums() -> Iterator[EnumDescriptorProto]:
    """Every enum, nested ones too."""
    for file in our_files():
        yield from file.enum_type
        for message in file.message_type:
            yield from message.enum_type
