"""Torture of the mailbox: real worker processes and a real Postgres, killed, frozen and stopped at random."""
