"""The last traces of a local stack, kept in a file and shown as waterfalls, for people without a trace store."""
