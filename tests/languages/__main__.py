"""python -m tests.languages: each catalogue of locale/ holds what the source says, and no more."""

import os

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tests.languages.books import BOOKS, renewed

    for path in BOOKS:
        path.write_text(renewed(path.read_text()), "utf-8")
        print(f"{path.name} is up to date")  # noqa: T201
