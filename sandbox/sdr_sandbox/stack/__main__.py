"""`make run`: sets the local stack up, starts it, keeps it running, stops it cleanly."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from types import FrameType

from sdr_sandbox.stack import state
from sdr_sandbox.stack.commands import CommandFailed, migrate_all, migrations_fingerprint, run_module
from sdr_sandbox.stack.databases import Postgres, Redis, start_postgres, start_redis
from sdr_sandbox.stack.plan import (
    Addresses,
    as_caller,
    chatwoot_child,
    choose_addresses,
    probe_ports,
    service_children,
    service_environment,
    traces_child,
    worker_children,
)
from sdr_sandbox.stack.ports import HOST, is_free
from sdr_sandbox.stack.settings import StackSettings, load_stack_settings
from sdr_sandbox.stack.supervisor import ChildFailed, Supervisor

CLINIC = Path(__file__).with_name("clinic.yaml")


class Stopped(BaseException):
    """Ctrl-C or SIGTERM."""


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


class Stack:
    """One local stack, from start to stop."""

    def __init__(self, settings: StackSettings) -> None:
        self._settings = settings
        self._started = time.monotonic()
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._supervisor = Supervisor(settings.data_dir)
        self._postgres: Postgres | None = None
        self._redis: Redis | None = None
        self._description: dict[str, object] = {}

    def start(self) -> None:
        """Brings everything up and prints where to look.

        Raises:
            SystemExit: a port is taken or a wheel is missing.
            ChildFailed: a process does not come up.
            CommandFailed: a migration or the provisioning fails.
        """
        settings = self._settings
        self._refuse_taken_ports()
        state.forget_description(settings.data_dir)
        secrets = state.keep_secrets(settings)
        addresses = choose_addresses(settings)
        self._say("Starting Postgres and Redis")
        self._postgres = start_postgres(settings.data_dir, settings.database_url)
        self._redis = start_redis(settings.data_dir, addresses.redis, settings.redis_url)
        if self._redis.note:
            self._say(f"  Redis: {self._redis.note}")
        environment = service_environment(settings, secrets, addresses, self._postgres.url, self._redis.url)
        self._migrate(environment)
        self._say("Starting the services" + (" and the emulated Chatwoot" if settings.sandbox else ""))
        if settings.sandbox:
            self._supervisor.start(chatwoot_child(settings, secrets))
        if addresses.traces is not None:
            self._supervisor.start(traces_child(settings, addresses.traces))
        for make in (service_children, worker_children):
            for child in make(addresses, environment, secrets):
                self._supervisor.start(child)
        self._supervisor.wait_healthy()
        self._provision(environment, secrets, addresses)
        self._describe(secrets, addresses)

    def watch(self) -> None:
        """Restarts what dies until a signal comes.

        Raises:
            ChildFailed: a process keeps dying.
        """
        while True:
            time.sleep(0.3)
            restarted = [name for name, server in self._databases() if server.restart_if_dead()]
            for name in restarted:
                self._say(f"{name} died and was started again")
            for name in self._supervisor.restart_the_dead():
                restarted.append(name)
                self._say(f"{name} died and was started again (log: {self._supervisor.log_of(name)})")
            if restarted:
                self._publish()

    def stop(self) -> None:
        """Stops everything, in the reverse order."""
        state.forget_description(self._settings.data_dir)
        self._supervisor.stop()
        if self._redis is not None:
            self._redis.stop()
        if self._postgres is not None:
            self._postgres.stop()

    def _databases(self) -> list[tuple[str, Postgres | Redis]]:
        named: list[tuple[str, Postgres | Redis | None]] = [("postgres", self._postgres), ("redis", self._redis)]
        return [(name, server) for name, server in named if server is not None]

    def _refuse_taken_ports(self) -> None:
        wanted = {"SDR_GATEWAY_HTTP_PORT": self._settings.gateway_port}
        if self._settings.sandbox:
            wanted["SDR_SANDBOX_CHATWOOT_PORT"] = self._settings.chatwoot_port
        for name, port in wanted.items():
            if not is_free(port):
                raise SystemExit(f"Port {port} is taken; stop what uses it, or choose another: {name}=… make run")

    def _migrate(self, environment: dict[str, str]) -> None:
        stamp = state.Stamp(self._settings.data_dir, "migrated")
        fingerprint = migrations_fingerprint(environment["DATABASE_URL"])
        if stamp.is_current(fingerprint) and not self._settings.database_url:
            return
        self._say("Migrating the database")
        migrate_all(environment)
        stamp.set(fingerprint)

    def _provision(self, environment: dict[str, str], secrets: state.Secrets, addresses: Addresses) -> None:
        settings = self._settings
        document = settings.account_document or CLINIC
        chatwoot = f"http://{HOST}:{addresses.chatwoot}" if settings.sandbox else str(settings.chatwoot_url)
        token = settings.chatwoot_admin_token.get_secret_value() if settings.chatwoot_admin_token else ""
        bot = settings.chatwoot_bot_token.get_secret_value() if settings.chatwoot_bot_token else ""
        account = 1 if settings.sandbox else settings.chatwoot_account
        fingerprint = "|".join(
            [
                document.read_text(),
                chatwoot,
                secrets.admin_token if settings.sandbox else token,
                secrets.secret_key,
                environment["SDR_GATEWAY_PUBLIC_URL"],
                str(account),
            ]
        )
        stamp = state.Stamp(settings.data_dir, "provisioned")
        if stamp.is_current(fingerprint):
            return
        self._say("Provisioning the account in Chatwoot: bot, webhook, attributes, labels, teams, inbox")
        commands = {
            **as_caller("operator", environment, secrets),
            "CHATWOOT_ADMIN_TOKEN": secrets.admin_token if settings.sandbox else token,
            "CHATWOOT_BOT_TOKEN": bot,
        }
        run_module(
            ["sdr_gateway", "account", "import", str(document), "--account", "1"], commands, what="importing the clinic"
        )
        run_module(
            [
                "sdr_gateway",
                "account",
                "connect",
                "--account",
                "1",
                "--chatwoot-url",
                chatwoot,
                "--chatwoot-account",
                str(account),
                "--create-missing-teams",
            ],
            commands,
            what="connecting to Chatwoot",
        )
        stamp.set(fingerprint)

    def _describe(self, secrets: state.Secrets, addresses: Addresses) -> None:
        settings = self._settings
        chatwoot = f"http://{HOST}:{addresses.chatwoot}" if settings.sandbox else str(settings.chatwoot_url)
        self._description = {
            "gateway_url": addresses.gateway_url,
            "chatwoot_url": chatwoot,
            "grpc": {service: addresses.target(service) for service in addresses.grpc},
            "metrics": self._metrics_of(addresses),
            "probes": probe_ports(addresses),
            "traces_url": addresses.traces_url,
            "admin_token": secrets.admin_token if settings.sandbox else "",
            "inbox_identifier": secrets.inbox_identifier if settings.sandbox else "",
            "database_url": self._postgres.url if self._postgres else "",
            "redis_url": (self._redis.url or "") if self._redis else "",
        }
        self._publish()
        self._say(f"Ready after {time.monotonic() - self._started:.1f} s.\n")
        lines = [
            ("Panel", f"{addresses.gateway_url}/panel/"),
            ("Gateway (health)", f"{addresses.gateway_url}/readyz"),
            ("API", f"{addresses.gateway_url}/docs"),
        ]
        if settings.sandbox:
            lines = [
                ("The lead's phone", f"{chatwoot}/celular"),
                ("The closer's inbox", f"{chatwoot}/inbox?token={secrets.admin_token}"),
                *lines,
                ("Chatwoot API", f"{chatwoot}/api/v1/accounts/1"),
                ("Administrator's token", secrets.admin_token),
                ("Inbox identifier", secrets.inbox_identifier),
            ]
        else:
            lines.insert(0, ("Chatwoot", chatwoot))
        if addresses.traces_url:
            lines.append(("Traces", addresses.traces_url))
        for service in addresses.grpc:
            lines.append((f"gRPC {service}", addresses.target(service)))
        lines.append(("Operator's token", f"export SDR_CALLER_TOKEN={secrets.caller_tokens['operator']}"))
        lines += [(f"Metrics {name}", url) for name, url in self._metrics_of(addresses).items()]
        lines.append(("Logs", str(settings.data_dir / "logs")))
        width = max(len(label) for label, _ in lines)
        for label, value in lines:
            self._say(f"  {label.ljust(width)}  {value}")
        self._say("\nCtrl-C stops everything.")

    def _metrics_of(self, addresses: Addresses) -> dict[str, str]:
        return {name: f"http://{HOST}:{port}/metrics" for name, port in addresses.ops.items()}

    def _publish(self) -> None:
        pids = {name: child.pid for name, child in self._supervisor.children.items()}
        pids |= {name: server.pid for name, server in self._databases() if server.pid}
        state.write_description(self._settings.data_dir, {**self._description, "pids": pids})

    def _say(self, line: str) -> None:
        print(line, flush=True)


def main() -> int:
    """Runs until Ctrl-C; gives the exit code."""
    settings = load_stack_settings()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)
    stack = Stack(settings)
    code = 0
    try:
        stack.start()
        stack.watch()
    except Stopped:
        print("\nStopping…", flush=True)
    except (ChildFailed, CommandFailed) as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        code = 1
    except SystemExit as error:
        print(error.code, file=sys.stderr, flush=True)
        code = 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        stack.stop()
    if code == 0:
        print("Stopped.", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
