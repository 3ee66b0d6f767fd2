"""Letters on their way: written out for their reader, and handed over at least once."""
