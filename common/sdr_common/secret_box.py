"""Secrets at rest: encrypted before they reach a table, readable only with the installation's key."""

from __future__ import annotations

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from sdr_common.errors import DomainError, ErrorKind


class SecretUnreadable(DomainError):
    """A stored secret was encrypted with a key that this process does not have."""

    kind = ErrorKind.INTERNAL
    reason = "INTERNAL"

    def __init__(self) -> None:
        super().__init__(
            "a stored secret cannot be read with SDR_SECRET_KEY; restore the key or connect the account again"
        )


class SecretBox:
    """Encrypts and decrypts with Fernet (AES-128-CBC and HMAC-SHA256).

    Args:
        keys: Comma-separated Fernet keys (`SDR_SECRET_KEY`); the first encrypts, all decrypt, so that a
            key is changed by putting the new one in front.

    Raises:
        ValueError: a key is not 32 url-safe base64-encoded bytes.
    """

    def __init__(self, keys: str) -> None:
        given = [key.strip() for key in keys.split(",") if key.strip()]
        self._box = MultiFernet([Fernet(key) for key in given])
        self._newest = given[0].encode() if given else b""

    def derive(self, purpose: str) -> str:
        """A secret of 32 url-safe characters that follows from the first key and a purpose; a redo gets the same."""
        digest = hmac.digest(self._newest, b"derive/" + purpose.encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:24]).decode()

    def seal(self, secret: str) -> bytes:
        """Encrypts; two calls give different bytes."""
        return self._box.encrypt(secret.encode())

    def reseal(self, sealed: bytes) -> bytes:
        """The same secret under the first key.

        Raises:
            SecretUnreadable: no key fits, or the bytes were changed.
        """
        try:
            return self._box.rotate(bytes(sealed))
        except InvalidToken as error:
            raise SecretUnreadable from error

    def open(self, sealed: bytes) -> str:
        """Decrypts.

        Raises:
            SecretUnreadable: no key fits, or the bytes were changed.
        """
        try:
            return self._box.decrypt(bytes(sealed)).decode()
        except InvalidToken as error:
            raise SecretUnreadable from error
