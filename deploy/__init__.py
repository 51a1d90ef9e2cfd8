"""Deployment: what a workflow runs, without any package."""
