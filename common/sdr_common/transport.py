"""How processes reach and recognise each other: TLS files, caller tokens, the age of connections.

A process says who it is by its certificate's SAN `spiffe://sdr/<caller>` or, without TLS, by its caller token. A server
knows the digests of the tokens alone: whoever reads its environment can still not call in another's name.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Self

from annotated_types import Ge, Gt, Le
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sdr_common.callers import Caller

TOKEN_HEADER: Final = "x-sdr-caller-token"  # noqa: S105  (a header's name)
SPIFFE: Final = "spiffe://sdr/"
"""What a caller's SAN begins with; its name follows."""
TARGET: Final = r"((dns:///)?[A-Za-z0-9.\-]+:[0-9]{1,5}|ipv4:[0-9.]+:[0-9]{1,5}(,[0-9.]+:[0-9]{1,5})*)"
"""Where a service is: `host:port`, `dns:///name:port` (all its addresses are used), or a list `ipv4:a:port,b:port`."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files, as cert-manager and others write them; read again when they change."""

    cert: Path
    """The process's certificate and those between it and the authority."""
    key: Path
    ca: Path
    """Whose certificates are believed, on both sides."""

    def read(self) -> tuple[bytes, bytes, bytes]:
        """Authority, key, certificate.

        Raises:
            OSError: a file cannot be read.
        """
        return self.ca.read_bytes(), self.key.read_bytes(), self.cert.read_bytes()

    def stamp(self) -> tuple[int, ...]:
        """Changes when a file does; follows the links that Kubernetes swaps."""
        return tuple(file.stat().st_mtime_ns for file in (self.cert, self.key, self.ca))


@dataclass(frozen=True, slots=True)
class Transport:
    """What servers and channels of one process are made with."""

    tls: TlsFiles | None = None
    """None: plain connections."""
    caller_token: str = field(default="", repr=False)
    """Sent with every call; empty: none."""
    accepted: tuple[tuple[Caller, bytes], ...] = ()
    """SHA-256 of the tokens that are believed, several per caller while one is replaced."""
    reflection: bool = True
    """Whether contracts may be asked for."""
    connection_age_s: float = 4.0
    """After so long, give or take a fifth, a client is told to connect anew and so to look for new replicas."""
    probe_port: int | None = None
    """A plain port that answers health checks alone, for probes that speak no TLS; None: there is none."""

    @property
    def authorises(self) -> bool:
        """Whether callers are asked who they are."""
        return self.tls is not None or bool(self.accepted)

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What every call carries."""
        return ((TOKEN_HEADER, self.caller_token),) if self.caller_token else ()

    def caller_by_token(self, token: str) -> Caller | None:
        """Whose token it is; takes the same time whatever is wrong with it."""
        digest = hashlib.sha256(token.encode()).digest()
        found = None
        for caller, accepted in self.accepted:
            if hmac.compare_digest(digest, accepted):
                found = caller
        return found


def caller_by_names(names: Iterable[bytes]) -> Caller | None:
    """Who a certificate was made for, by its subject alternative names; None: for nobody that calls."""
    for name in names:
        text = name.decode("ascii", "replace")
        if text.startswith(SPIFFE) and text.removeprefix(SPIFFE) in set(Caller):
            return Caller(text.removeprefix(SPIFFE))
    return None


def token_digest(token: str) -> str:
    """What SDR_ACCEPTED_CALLERS holds of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class TransportSettings(BaseSettings):
    """The settings behind `Transport`; every service has them, and so has every command that calls one."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    tls_cert: Annotated[str, Field(validation_alias="SDR_TLS_CERT")] = ""
    """PEM file of this process's certificate, whose SAN `spiffe://sdr/<caller>` says who it is. With SDR_TLS_KEY and
    SDR_TLS_CA every gRPC connection is mutual TLS; all three empty: plain connections. Renewed files are noticed."""
    tls_key: Annotated[str, Field(validation_alias="SDR_TLS_KEY")] = ""
    """PEM file of its private key."""
    tls_ca: Annotated[str, Field(validation_alias="SDR_TLS_CA")] = ""
    """PEM file of the authorities that callers and servers are believed by."""
    caller_token: Annotated[SecretStr, Field(validation_alias="SDR_CALLER_TOKEN")] = SecretStr("")
    """What this process says who it is by, where there is no mutual TLS; a secret of its own."""
    accepted_callers: Annotated[str, Field(validation_alias="SDR_ACCEPTED_CALLERS")] = ""
    """Whose calls are taken: `caller=sha256` of each caller's token, comma-separated; a caller may stand twice while
    its token is replaced. Callers: gateway, dialogue, scoring, routing, reporting, operator. Empty, and without TLS:
    everybody's, fit for a network that nobody else reaches."""
    grpc_reflection: Annotated[bool, Field(validation_alias="SDR_GRPC_REFLECTION")] = True
    """Whether gRPC servers tell their contracts to whoever asks."""
    connection_age_s: Annotated[float, Gt(0), Le(86_400), Field(validation_alias="SDR_GRPC_CONNECTION_AGE_S")] = 4.0
    """Seconds after which clients connect anew and look names up again: no new replica waits longer for its traffic."""
    probe_port: Annotated[int, Ge(0), Le(65535), Field(validation_alias="SDR_PROBE_PORT")] = 0
    """Plain port that answers gRPC health checks alone, for probes that speak no TLS; 0: none."""

    @field_validator("accepted_callers")
    @classmethod
    def _callers_are_known(cls, value: str) -> str:
        _accepted(value)
        return value

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        given = [bool(self.tls_cert), bool(self.tls_key), bool(self.tls_ca)]
        if any(given) and not all(given):
            raise ValueError("SDR_TLS_CERT, SDR_TLS_KEY and SDR_TLS_CA go together")
        for name, path in (
            ("SDR_TLS_CERT", self.tls_cert),
            ("SDR_TLS_KEY", self.tls_key),
            ("SDR_TLS_CA", self.tls_ca),
        ):
            if path and not Path(path).is_file():
                raise ValueError(f"{name}: {path} is no file")
        return self

    @property
    def transport(self) -> Transport:
        """As servers and channels want it."""
        tls = TlsFiles(Path(self.tls_cert), Path(self.tls_key), Path(self.tls_ca)) if self.tls_cert else None
        return Transport(
            tls=tls,
            caller_token=self.caller_token.get_secret_value(),
            accepted=_accepted(self.accepted_callers),
            reflection=self.grpc_reflection,
            connection_age_s=self.connection_age_s,
            probe_port=self.probe_port or None,
        )


def _accepted(text: str) -> tuple[tuple[Caller, bytes], ...]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, digest = part.partition("=")
        if name not in set(Caller):
            raise ValueError(f"{name!r} is no caller; there are {', '.join(Caller)}")
        try:
            raw = bytes.fromhex(digest)
        except ValueError:
            raw = b""
        if len(raw) != hashlib.sha256().digest_size:
            raise ValueError(f"{name}= must be followed by the SHA-256 of its token in hexadecimal")
        found.append((Caller(name), raw))
    return tuple(found)
