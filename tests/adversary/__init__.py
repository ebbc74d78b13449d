"""
What strangers and misfortune do to a site in public, done to ours for real.

One file a theme; a test says in its docstring what happens. The list of all
threats, with the tests that hold each, is on the guide's page on security
(`guide/security/README.md`), and `test_promises.py` checks that each test it
names is there.
"""
