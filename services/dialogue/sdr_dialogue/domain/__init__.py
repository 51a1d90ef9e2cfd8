"""Pure rules of dialogue: what is known, what is asked next, when a qualification ends."""
