"""The local stack behind `make run`: real Postgres and Redis from wheels, every service as a process of its own.

It knows the services only by their commands, ports and health, as an orchestrator would.
"""
