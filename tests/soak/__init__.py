"""
Hours of comings and goings in minutes: does anything of them stay?

`make soak` serves the guide of `guide.py` in a process of its own, and lets `clients.py`
come, talk, misbehave and leave. Authors there clear up nothing. A census, taken when
all have left, before and after, counts what is alive; `verdict.py` judges.
"""
