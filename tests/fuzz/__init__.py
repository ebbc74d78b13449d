"""
What nobody would think of, made up by chance, for everything that reads what others wrote.

`texts.py` makes up configuration, front matter and Markdown (by Hypothesis, which
finds the smallest that fails), `hostile.py` requests, handshakes and frames.
`make test` tries a few hundred of each, always the same; `make fuzz` tries
others for as long as it is told, and prints how many.
"""
