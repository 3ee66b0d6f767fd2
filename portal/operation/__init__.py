"""Whether the portal can work: probes for machines, figures to watch, and a doctor for people.

It keeps one table, of when each job last ran. What it tells to strangers is one word.
"""
