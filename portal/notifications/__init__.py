"""Letters on their way: who the reader is, what the text says, and how it leaves the house.

It knows people, the outbox knows only ids. Nobody calls it: it looks every few seconds for what is
due. What a letter can say is bounded by its kind, so nothing about anybody's health leaves here.
"""
