"""
What a page that watches its own connections is told.

A page opens `/_liveguide/trace` and gets a key. Its snippets' sockets carry `?_liveguide=KEY.N`,
which the server takes off before anything else sees the request. Records about socket N go to the
page with that key, and nowhere else.

    trace_handler.py   `/_liveguide/trace` itself
    traces.py          which connections belong to which page
    trace.py           what one page is told, within limits
    keys.py            which process holds a trace, pure;  relay.py: what goes there from the others
    traced.py          one traced connection;  heads.py: its handshake, as a reader may see it
    console.py         what functions print and log, told to the connection they work for
    places.py          which function, file and line that was
"""
