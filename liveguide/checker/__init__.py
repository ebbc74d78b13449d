"""
Check a guide as readers use it: every page in a browser, every snippet and example run.

    cli.py           the command (options.py)
    plan.py          what the sources promise
    serving.py       the site server, in a process of its own
    checking.py      one page: visit.py opens it in chromium.py; programs.py runs its Python
    verdict.py       whether what was seen is what was promised: the page decides that, with
                     `lib/expectation.js`, and the check reads it there
    feature_rows.py  what of the promised features was shown
    report.py        what is told
"""
