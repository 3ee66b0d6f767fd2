"""The suite: the cast and its world, the harness that guards every test, and a folder per room."""
