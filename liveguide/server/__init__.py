"""
Flow (b): a guide's routes, its authors' functions and its built site, served by Tornado.

`cli.py` (`options.py`) makes the application: `app.py` is its routing table.

    running/        the life of the process: listen, reload, stop
    endpoints/      from a `gramex.yaml` and authors' code to the classes of connections

    admission/      who may come, and how much
    endpoint.py     an endpoint, and what all of them share
    connection.py   in front of every style: from the handshake to the end
    opening.py      before the handshake: origin, session, user
    calls.py        an author's functions are called here, and their errors end here
    sessions/       who a reader is
    resuming.py     connections whose clients resume: `?since=`, JSON both ways
    connections.py  all that are open, and how they are closed (close_codes.py)
    delay.py        many that wait equally long
    ongoing.py      what is still going on when the server is to stop
    wire/           the protocol below the handlers

    static/         the files of the site
    safety.py       the headers that every response has
    tracing/        what a page is told of its own connections
    reporting/      what an operator sees
    development/    what only `--watch` has
"""
