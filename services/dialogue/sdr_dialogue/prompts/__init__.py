"""Versioned parts of the prompts, in Portuguese; a folder per version, never edited once it is in use."""
