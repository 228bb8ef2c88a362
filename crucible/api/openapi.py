"""Writes the API's OpenAPI document to docs/openapi.json, or tells whether what is there still holds.

Run as `python -m crucible.api.openapi [--check]` from the repository's root.
"""

import argparse
import json
import sys
from pathlib import Path

from crucible.api.app import openapi_document

PLACE = Path("docs/openapi.json")


def main() -> int:
    """Write the document; with --check, return 1 where it differs from what the code says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the document is stale")
    arguments = parser.parse_args()
    text = json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"
    if not arguments.check:
        PLACE.write_text(text)
        return 0
    if PLACE.is_file() and PLACE.read_text() == text:
        return 0
    sys.stderr.write(f"{PLACE} is not what the code says: run `python -m crucible.api.openapi`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
