"""
The life of the process: listen, reload, stop.

    serving.py       from listening to the end, by signals (systemd.py is told)
    listening.py     the sockets that the command line asks for;  tls.py: certificate and key
    supervising.py   where there are several processes: what keeps them going
    supervised.py    what a process has from its supervisor
    watchdog.py      names who blocks the event loop
    reloading.py     the configuration anew, at SIGHUP;  health.py: alive, ready
"""
