"""Translations: what the source says, whether the catalogues hold it, what a reader finds.

`python3 run.py translations` writes what is new in the source into every catalogue of locale/.
"""
