"""
The floor of a build that finds little to do: hash every page, convert those that are named.

    python benchmarks/hashing.py GUIDE [PAGE ...]
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

if __name__ == "__main__":
    guide = Path(sys.argv[1])
    print(*(hashlib.sha256(page.read_bytes()).hexdigest() for page in sorted(guide.rglob("*.md"))))
    for name in sys.argv[2:]:
        import markdown
        from bare_conversion import EXTENSIONS

        text = (guide / name).read_text(encoding="utf-8").split("\n---\n", 1)[-1]
        print(markdown.markdown(text, extensions=EXTENSIONS))
