"""
Liveguide: interactive documentation for WebSockets, built from Markdown and served live.

The package has two halves that never import each other: `liveguide.builder`
turns a guide folder into a static site, and `liveguide.server` serves that
site together with the WebSocket endpoints that its pages talk to. Each
package draws the map of its files where this stands.

    commands/     one file for each command of `liveguide`;  __main__.py
    builder/      flow (a);  server/: flow (b)
    rooms/        what authors import: what is said to one is heard by all in it
    frontend/     what runs in the browser, without a build
    checker/      `liveguide check`;  load/: `liveguide load`
    schemas/      JSON Schemas, from the tables that the readers of YAML go by
    starting.py   a new topic, made from the files in starter/, which are real ones

    errors.py     what all share: every exception that is raised on purpose (excerpts.py shows it)
    yamlfile.py   YAML with its lines;  textfile.py: text;  words.py: the interface, in words/
    settings.py   `liveguide.yaml`;  limits.py: its bounds;  colours.py: its accent
    hosts.py      which names a server answers to;  broker.py: the address of an engine of rooms
    passwords.py  hashed, for a login
"""

__version__ = "0.1.0"
