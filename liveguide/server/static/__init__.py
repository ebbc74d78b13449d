"""
The built files, sent from memory with each page's policy.

    site.py        which file, and why none (codings.py, conditions.py, pure)
    manifest.py    what the builder tells of them: policies, copies
    site_file.py   one of them, in one coding, with its headers;  kept.py: in memory, within a bound
    sending.py     one answer on its way;  head.py: what it begins with, encoded once
"""
