"""Check a guide as readers use it: every page in a browser, every snippet and example run."""
