"""Mutual TLS; renewed certificate files are taken up without a restart."""

from __future__ import annotations

import time
from collections.abc import Callable

import grpc
import structlog

from sdr_common.transport import TlsFiles

_LOG = structlog.get_logger()
_LOOK_EVERY_S = 5.0
"""Pause between two looks at the files; certificates are renewed weeks before they end."""


class WatchedFiles:
    """Files that are read again when they have changed."""

    def __init__(self, files: TlsFiles, clock: Callable[[], float] = time.monotonic) -> None:
        self._files = files
        self._clock = clock
        self._stamp = files.stamp()
        self._looked_at = clock()

    def changed(self) -> tuple[bytes, bytes, bytes] | None:
        """The files' new contents; None while they are as before or are being written."""
        now = self._clock()
        if now - self._looked_at < _LOOK_EVERY_S:
            return None
        self._looked_at = now
        try:
            stamp = self._files.stamp()
            if stamp == self._stamp:
                return None
            contents = self._files.read()
        except OSError as error:
            _LOG.warning("certificate_unreadable", problem=type(error).__name__)
            return None
        self._stamp = stamp
        _LOG.info("certificate_renewed", file=str(self._files.cert))
        return contents


def server_credentials(files: TlsFiles) -> grpc.ServerCredentials:
    """Credentials that ask every client for a certificate; each new handshake uses the newest files."""
    watched = WatchedFiles(files)

    def fetch() -> grpc.ServerCertificateConfiguration | None:
        contents = watched.changed()
        return None if contents is None else _configuration(*contents)

    return grpc.dynamic_ssl_server_credentials(
        _configuration(*files.read()),
        fetch,  # type: ignore[arg-type]  # None stands for "as before", says grpc's documentation
        require_client_authentication=True,
    )


def _configuration(ca: bytes, key: bytes, cert: bytes) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(key, cert)], root_certificates=ca)
