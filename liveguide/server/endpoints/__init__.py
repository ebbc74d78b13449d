"""
From a `gramex.yaml` and authors' code to the classes of connections.

    loading.py        all endpoints of a guide; anew, when its files have changed
    routes.py         every `gramex.yaml` → routes (route.py: what one is; gramex.py: Gramex's)
    entries.py        one `gramex.yaml`, read and checked, pure; pipelines.py: the functions in it;
                      variables.py: what stands for `$YAMLURL` and `$YAMLPATH`
    room_settings.py  what it says of rooms
    endpoints.py      a route → its class of connections, checked at the start:
    callbacks.py      names and expressions → functions (modules.py loads authors' modules)
    functions.py      an author's functions;  coroutines.py: an author's one async function;
                      or an author's own class, as it is
    leftovers.py      signals and timers of a connection that has ended
"""
