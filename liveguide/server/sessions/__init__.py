"""
Who a reader is: sessions, and the pages to log in and out.

    sessions.py     `handler.session`, before the upgrade;  cookies.py: its cookie, signed
    endings.py      the end of one, and of the sockets that are open in it
    session.py      one of them;  shared.py: those of many processes, through the Redis of rooms
    secret.py       the key that cookies are signed with
    membership.py   may this user, pure
    login.py        the pages to log in (credentials.py) and out, from templates/
"""
