"""Certificates for tests: an authority, and what it signs for callers, as cert-manager would write them."""

from __future__ import annotations

import datetime
import ipaddress
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sdr_common.transport import SPIFFE, TlsFiles, Transport

_DAY = datetime.timedelta(days=1)


class Authority:
    """Signs certificates for processes on this machine.

    Args:
        folder: Where its files and those of the processes go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"tests {os.urandom(4).hex()}")])
        self._ca = folder / "ca.crt"
        certificate = (
            self._builder(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self._ca.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def files(self, caller: str) -> TlsFiles:
        """Writes key and certificate of a caller, new ones with each call, and gives the files."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
            x509.UniformResourceIdentifier(f"{SPIFFE}{caller}"),
        ]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, caller)])
        signed = (
            self._builder(subject, key)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        files = TlsFiles(self._folder / f"{caller}.crt", self._folder / f"{caller}.key", self._ca)
        files.cert.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files

    def transport(self, caller: str) -> Transport:
        """A process's transport with new files."""
        return Transport(tls=self.files(caller))

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + _DAY)
        )
