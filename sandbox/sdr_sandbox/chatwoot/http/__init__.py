"""The web surface of the emulated Chatwoot: routing, access, parameters, faults, pages."""
