"""E-mail by SMTP, with the standard library in a thread: a mail is sent now and then, and no loop waits for it."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

from sdr_reporting.outputs.domain.sending import Undelivered
from sdr_reporting.outputs.ports import Mail

SECURITIES = ("starttls", "tls", "none")
"""How a connection is protected."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The installation's mail server."""

    host: str
    """Empty: there is none."""
    port: int = 587
    security: str = "starttls"
    """Of `SECURITIES`."""
    username: str = ""
    password: str = ""
    sender: str = ""
    """Whom mails come from: an address, or a name with one in angle brackets."""
    timeout_s: float = 20.0


class SmtpMailer:
    """`ports.Mailer`.

    Args:
        server: Where mails go first.
    """

    def __init__(self, server: MailServer) -> None:
        self._server = server

    @property
    def ready(self) -> bool:
        """See `ports.Mailer`."""
        return bool(self._server.host and self._server.sender)

    async def send(self, mail: Mail) -> str:
        """See `ports.Mailer`."""
        if not self.ready:
            raise Undelivered("smtp_not_set_up")
        return await asyncio.to_thread(self._send, mail)

    def _send(self, mail: Mail) -> str:
        connection = self._connect()
        try:
            return self._hand_over(connection, _message(mail, self._server.sender), mail.to)
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        """A connection that is ready for mails; nothing was handed over if this fails."""
        server, context = self._server, ssl.create_default_context()
        try:
            if server.security == "tls":
                found: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=server.timeout_s, context=context
                )
            else:
                found = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
            if server.security == "starttls":
                found.starttls(context=context)
            if server.username:
                found.login(server.username, server.password)
        except smtplib.SMTPAuthenticationError as error:
            raise Undelivered("smtp_login_refused") from error
        except ssl.SSLError as error:
            raise Undelivered("smtp_not_trusted") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered("smtp_unreachable", again=True) from error
        return found

    def _hand_over(self, connection: smtplib.SMTP, message: EmailMessage, to: tuple[str, ...]) -> str:
        try:
            refused = connection.send_message(message, to_addrs=list(to))
        except smtplib.SMTPRecipientsRefused as error:
            later = all(code < 500 for code, _ in error.recipients.values())
            raise Undelivered("recipients_refused", again=later) from error
        except smtplib.SMTPResponseException as error:  # of the sender or of the text; nothing was taken
            raise Undelivered(f"smtp_{error.smtp_code}", again=error.smtp_code < 500) from error
        except (OSError, smtplib.SMTPException) as error:
            # The server went silent with the mail in its hands.
            raise Undelivered("smtp_interrupted", uncertain=True) from error
        # The others have it: sending again would give it to them twice.
        return "some_recipients_refused" if refused else ""


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    for each in mail.attachments:
        kind, _, subtype = each.content_type.partition("/")
        charset = {"charset": "utf-8"} if kind == "text" else None
        message.add_attachment(each.data, maintype=kind, subtype=subtype, filename=each.name, params=charset)
    return message
