"""Days in Spanish: 25 de noviembre de 2026. Hours are the same everywhere here: 0 to 24."""

PATTERNS = {
    "D j M": "D j b",
    "D j M, H:i": "D j b, H:i",
    "M": "b",
    "j M": "j b",
    "j M Y": "j b Y",
    "j F": r"j \d\e F",
    "j F Y": r"j \d\e F \d\e Y",
    "j F Y, H:i": r"j \d\e F \d\e Y, H:i",
    "l j F": r"l j \d\e F",
    "l j F Y": r"l j \d\e F \d\e Y",
    "l j F Y, H:i": r"l j \d\e F \d\e Y, H:i",
}
globals().update(PATTERNS)
