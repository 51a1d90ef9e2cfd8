"""REST from the contracts: routes, shapes and documentation are read from the descriptors.

A call with a `google.api.http` option and a role is reachable over HTTP; nothing here knows any of them by name.
"""
