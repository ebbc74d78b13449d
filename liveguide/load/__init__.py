"""
The load tool: many clients of a WebSocket server, and what became of every message.

Those about messages and numbers touch no socket.

    cli.py         the command (options.py → plan.py)
    run.py         connect, publish, wait, close;  progress.py meanwhile
    clients.py     one client, or one of resuming.py with positions.py
    marks.py       what a message carries
    tally.py       what is lost, doubled, out of order;  latencies.py
    outcome.py     as a table, and as JSON
"""
