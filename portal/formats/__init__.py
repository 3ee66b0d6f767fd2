"""How each language writes days. Pages name a pattern by its English spelling ("j F Y").

Django asks a language's module for whatever pattern it is given, so what a language writes
otherwise stands there under that name. What is not there is written as in English.
"""
