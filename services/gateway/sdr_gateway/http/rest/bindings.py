"""Which calls are reachable over HTTP, by which verb and path, for whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor, MethodDescriptor

from sdr.common.v1 import access_pb2

MEGABYTE = 1024 * 1024
_VARIABLE = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")


class BindingFault(Exception):
    """A contract binds a call in a way that cannot work; told at start-up."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One way into a call."""

    method: MethodDescriptor
    verb: str
    """GET, POST, PUT, PATCH or DELETE."""
    template: str
    """As the contract has it: `/api/v1/accounts/{account_id}/leads`."""
    variables: tuple[str, ...]
    """Dotted fields of the request that stand in the path, in order."""
    body: str
    """"*": the body is the request; a field's name: the body is that field; empty: there is no body."""
    role: int
    """Of `sdr.common.v1.Role`."""
    body_limit: int = MEGABYTE
    """Bytes of a body at most."""

    @property
    def path(self) -> str:
        """The template as Starlette reads it: its parameters are `p0`, `p1`…, because names may have dots."""
        numbers = iter(range(len(self.variables)))
        return _VARIABLE.sub(lambda _: f"{{p{next(numbers)}}}", self.template)

    @property
    def is_partial(self) -> bool:
        """Whether the body names what changes and leaves all else alone."""
        named = self.body not in {"", "*"}
        return named and self.verb == "PATCH" and "update_mask" in self.method.input_type.fields_by_name

    @property
    def call(self) -> str:
        """The path of the call in gRPC: `/sdr.reporting.v1.ReportingService/ListLeads`."""
        return f"/{self.method.containing_service.full_name}/{self.method.name}"


def bindings(files: Iterable[FileDescriptor]) -> list[Binding]:
    """All bindings of some contracts; those with a `:verb` first, since `{id}` would match them too.

    Raises:
        BindingFault: an option names a field that is not there, or a binding has no role.
    """
    found = [
        binding
        for file in files
        for service in file.services_by_name.values()
        for method in service.methods
        for binding in _of_method(method)
    ]
    return sorted(found, key=lambda binding: ":" not in binding.template.rsplit("/", 1)[-1])


def _of_method(method: MethodDescriptor) -> Iterator[Binding]:
    options = method.GetOptions()
    if not options.HasExtension(annotations_pb2.http):
        return
    role = options.Extensions[access_pb2.role]
    if role == access_pb2.ROLE_UNSPECIFIED:
        raise BindingFault(f"{method.full_name} has an HTTP binding and no role")
    rule: http_pb2.HttpRule = options.Extensions[annotations_pb2.http]
    for each in (rule, *rule.additional_bindings):
        verb = each.WhichOneof("pattern")
        if verb is None or verb == "custom":
            raise BindingFault(f"{method.full_name}: a binding needs get, put, post, delete or patch")
        template: str = getattr(each, verb)
        variables = tuple(_VARIABLE.findall(template))
        for variable in variables:
            field_at(method.input_type, variable)
        if each.body not in {"", "*"}:
            field_at(method.input_type, each.body)
        limit = (options.Extensions[access_pb2.body_limit_mb] or 1) * MEGABYTE
        yield Binding(method, verb.upper(), template, variables, each.body, role, limit)


def role_name(role: int) -> str:
    """A role as people write it: "agent", "administrator"."""
    return access_pb2.Role.DESCRIPTOR.values_by_number[role].name.removeprefix("ROLE_").lower()


def field_at(message: Descriptor, path: str) -> FieldDescriptor:
    """The field at a dotted path.

    Raises:
        BindingFault: there is none.
    """
    field: FieldDescriptor | None = None
    inner: Descriptor | None = message
    for name in path.split("."):
        if inner is None or name not in inner.fields_by_name:
            raise BindingFault(f"{message.full_name} has no field {path}")
        field = inner.fields_by_name[name]
        inner = field.message_type
    if field is None:
        raise BindingFault(f"{message.full_name}: an empty path")
    return field
