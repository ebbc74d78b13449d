"""
Who may come, and how much: before anything is answered.

    accepting.py   the HTTP server, which takes no more connections than it can hold (capacity.py)
    requests.py    how requests are read from one and handed on, and how long they are waited for
    fields.py      the fields of their headers, pure
    forwarded.py   who is asking, if a trusted proxy says so, pure
    admission.py   by its host, and by how many sockets its address has (addresses.py, rates.py)
    elsewhere.py   how many it has at other processes
    origins.py     may this page connect, pure
    attempts.py    may this address try to log in;  shared_attempts.py: at all processes
    refusals.py    what it is told, if not
"""
