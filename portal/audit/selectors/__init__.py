"""What the log holds: its name and key, its tree, its checkpoints and anchor, its entries."""
