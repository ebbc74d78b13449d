"""What a gramex.yaml means, and every message about a faulty one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from liveguide.errors import in_order
from liveguide.server.admission.origins import OriginRule
from liveguide.server.endpoints.route import Step
from liveguide.server.endpoints.routes import read_files
from liveguide.server.sessions.membership import Membership

ENTRY = """\
url:
  chat:
    pattern: /$YAMLURL/chat
    handler: WebSocketHandler
"""
KWARGS = ENTRY + "    kwargs:\n"
AUTH = "'auth' must be true, false or a mapping such as {role: [admin]}, but it is "


@pytest.fixture(name="load")
def _load(write_tree, tmp_path, monkeypatch):
    """Return a function that loads the routes of a guide, named as from the command line."""

    def load(files):
        write_tree(files if isinstance(files, dict) else {"chat/gramex.yaml": files})
        monkeypatch.chdir(tmp_path)
        files = read_files(Path("guide"), Path("site"))
        return files.routes, files.problems

    return load


def test_an_entry_becomes_a_route(load):
    """Every key of an entry ends up in its route."""
    routes, problems = load(
        ENTRY
        + """\
    kwargs:
      open: {function: chat.open}
      on_message:
        function:
          - json.loads(message)
          - {name: x, function: chat.act}
          - function: chat.done
      origins: [example.org, '*.example.org']
      auth: true
"""
    )

    assert problems == []
    (route,) = routes
    assert route.name == "chat"
    assert route.pattern == "/chat/chat"
    assert (route.path, route.line) == ("guide/chat/gramex.yaml", 2)
    assert route.folder == Path("guide/chat")
    assert route.callbacks == {
        "open": (Step("chat.open", None, 6),),
        "on_message": (
            Step("json.loads(message)", None, 9),
            Step("chat.act", "x", 10),
            Step("chat.done", None, 11),
        ),
    }
    assert route.origins == (
        OriginRule("example.org"),
        OriginRule("example.org", subdomains=True),
    )
    assert route.auth == Membership()


def test_args_and_kwargs_become_the_call(load):
    """As in Gramex: a text that begins with = is an expression, all else is itself."""
    routes, problems = load(
        KWARGS
        + """\
      open:
        function: chat.open
        args: [=handler, 10, handler, [a, 1.5]]
        kwargs: {user: "=handler.session['id']", folder: $YAMLURL}
      on_message:
        function:
          - {name: x, function: chat.act, args: =message}
          - {function: chat.done, kwargs: {x: =x}}
"""
    )

    assert problems == []
    assert [step.function for step in routes[0].callbacks["open"]] == [
        "chat.open((handler), 10, 'handler', ['a', 1.5], "
        "user=(handler.session['id']), folder='chat')"
    ]
    assert routes[0].callbacks["on_message"] == (
        Step("chat.act((message))", "x", 12),
        Step("chat.done(x=(x))", None, 13),
    )


def test_a_class_or_a_function_gets_the_rest_of_the_kwargs(load):
    """What every endpoint may say is read, and what is left is the author's own."""
    routes, problems = load(
        ENTRY.replace("WebSocketHandler", "chat.Room")
        + "    kwargs: {ping_interval: 3, open: {a: [$YAMLURL, 1]}, page: /$YAMLURL/x, "
        "origins: a.example}\n"
    )

    assert problems == []
    (route,) = routes
    assert (route.handler, route.handler_line) == ("chat.Room", 4)
    assert route.limits == {"ping_interval": 3, "ping_timeout": 3}
    assert route.arguments == {"open": {"a": ["chat", 1]}, "page": "/chat/x"}
    assert route.origins == (OriginRule("a.example"),)
    assert route.callbacks == {}


def test_what_is_not_said_is_none(load):
    """Callbacks, origins and auth may be left out, and origins may be one host."""
    routes, problems = load(
        {
            "a/gramex.yaml": ENTRY,
            "b/gramex.yaml": ENTRY.replace("chat:", "b:") + "    kwargs: {origins: localhost}\n",
        }
    )

    assert problems == []
    assert (routes[0].callbacks, routes[0].origins, routes[0].auth) == ({}, None, None)
    assert routes[1].origins == (OriginRule("localhost"),)


def test_the_files_are_found_in_order_but_not_in_the_site_or_dot_folders(load, tmp_path):
    """Every folder of the guide counts, sorted; hidden ones and the built site do not."""
    entry = ENTRY.replace("chat:", "{0}:").replace("/$YAMLURL/chat", "/{0}")
    routes, problems = load(
        {
            f"{folder}gramex.yaml": entry.format(name)
            for folder, name in [
                ("b/c/", "bc"),
                ("b/", "b"),
                ("", "top"),
                ("a/", "a"),
                (".git/", "g"),
            ]
        }
    )

    assert problems == []
    assert [route.name for route in routes] == ["top", "a", "b", "bc"]
    assert [r.name for r in read_files(Path("guide"), Path("guide/b")).routes] == ["top", "a"]


def test_an_empty_file_and_a_file_without_url_have_no_routes(load):
    """Nothing is asked of a gramex.yaml that defines nothing."""
    assert load({"a/gramex.yaml": "", "b/gramex.yaml": "# nothing\n", "c/gramex.yaml": "url:"}) == (
        [],
        [],
    )


@pytest.mark.parametrize(
    ("folder", "pattern", "expected"),
    [
        ("", "/$YAMLURL/chat", "/chat"),
        ("", "/${YAMLURL}/chat", "/chat"),
        ("", "/x/$YAMLURL/chat", "/x/chat"),
        ("", "/$YAMLURL", "/"),
        ("a", "/$YAMLURL/chat", "/a/chat"),
        ("a", "/${YAMLURL}chat", "/achat"),
        ("a", "/${YAMLURL}", "/a"),
        ("a", "/$YAMLURL/chat$", "/a/chat$"),
        ("a", r"/$YAMLURL/(\d+)", r"/a/(\d+)"),
        ("a/b.c", "/$YAMLURL/chat", r"/a/b\.c/chat"),
        ("a", "/chat", "/chat"),
    ],
)
def test_yamlurl_stands_for_the_folder_s_address(load, folder, pattern, expected):
    """$YAMLURL is replaced and escaped; at the top of the guide its slash goes too."""
    entry = ENTRY.replace("/$YAMLURL/chat", f"'{pattern}'")
    routes, problems = load({f"{folder}/gramex.yaml".lstrip("/"): entry})

    assert problems == []
    assert routes[0].pattern == expected


@pytest.mark.parametrize("path", ["/my%20d%C3%B6cs%20(1)/chat", "/my%20d%C3%B6cs%20%281%29/chat"])
def test_a_folder_s_address_is_matched_as_browsers_send_it(load, path):
    """Spaces and letters are percent-encoded, marks may be either way."""
    routes, _ = load({"my döcs (1)/gramex.yaml": ENTRY})

    assert re.fullmatch(routes[0].pattern, path)


def test_the_variables_are_replaced_in_every_text(load, tmp_path):
    """Functions and origins may use the folder's address and path, too."""
    routes, _ = load(
        ENTRY
        + """\
    kwargs:
      open: {function: "print('$YAMLURL', '${YAMLPATH}', '$OTHER')"}
"""
    )

    function = f"print('chat', '{tmp_path}/guide/chat', '$OTHER')"
    assert routes[0].callbacks["open"][0].function == function


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("- url", 1, "a gramex.yaml is a mapping with 'url:', not a list"),
        ("ulr: {}", 1, "there is no section 'ulr'; did you mean 'url'?"),
        ("url: []", 1, "'url' must be a mapping of names to entries, not a list"),
        (
            "url:\n  a: /x",
            2,
            "the entry 'a' must be a mapping with 'pattern' and 'handler', not text",
        ),
        (
            "url:\n  a/b:\n    handler: WebSocketHandler",
            2,
            "the entry 'a/b' has no pattern; add 'pattern: /$YAMLURL/b'",
        ),
        (
            "url:\n  a:\n    pattern: /x",
            2,
            "the entry 'a' has no handler; add 'handler: WebSocketHandler'",
        ),
        (
            "url:\n  a:\n    pattern: /x\n    handler: WebsocketHandler",
            4,
            "there is no handler 'WebsocketHandler'; did you mean 'WebSocketHandler'?",
        ),
        (
            "url:\n  a:\n    pattern: /x\n    handler: 7",
            4,
            "there is no handler a number; write WebSocketHandler, "
            "or the name of a class as in module.Name",
        ),
        (
            "url:\n  a:\n    pattern: /x\n    handler: [WebSocketHandler]",
            4,
            "there is no handler a list; did you mean 'WebSocketHandler'?",
        ),
        (
            ENTRY.replace("/$YAMLURL/chat", "chat"),
            3,
            "the pattern 'chat' does not begin with '/'; write '/chat'",
        ),
        (
            ENTRY.replace("/$YAMLURL/chat", "/chat("),
            3,
            "the pattern '/chat(' is not a regular expression: "
            "missing ), unterminated subpattern at position 5",
        ),
        (
            ENTRY.replace("/$YAMLURL/chat", "/$YAMLURI/chat"),
            3,
            "there is no variable $YAMLURI; did you mean 'YAMLURL'?",
        ),
        (
            ENTRY.replace("/$YAMLURL/chat", "/$YAMLURLchat"),
            3,
            "there is no variable $YAMLURLchat; did you mean 'YAMLURL'?",
        ),
        (
            ENTRY.replace("/$YAMLURL/chat", "/${HOME}/chat"),
            3,
            "there is no variable $HOME; there are YAMLURL and YAMLPATH",
        ),
        (
            ENTRY.replace("/$YAMLURL/chat", "7"),
            3,
            "'pattern' must be text, but it is a number",
        ),
        (ENTRY + "    kwarg: {}", 5, "the entry 'chat' has an unknown key 'kwarg'; "
         "did you mean 'kwargs'?"),
        (
            ENTRY + "    origins: []",
            5,
            "the entry 'chat' has an unknown key 'origins'; indent it below 'kwargs:'",
        ),
        (
            ENTRY + "    xyz: 1",
            5,
            "the entry 'chat' has an unknown key 'xyz'; there are handler, kwargs, pattern",
        ),
        (ENTRY + "    kwargs: []", 5, "'kwargs' must be a mapping, not a list"),
        (
            KWARGS + "      on_mesage: {function: x}",
            6,
            "the kwargs of 'chat' have an unknown key 'on_mesage'; did you mean 'on_message'?",
        ),
        (
            KWARGS + "      open: chat.open",
            6,
            "'open' needs a function; write 'open: {function: chat.open}'",
        ),
        (
            KWARGS + "      open: [chat.open]",
            6,
            "'open' needs a function; write 'open: {function: module.function}'",
        ),
        (
            KWARGS + "      on_message: {}",
            6,
            "'on_message' needs a function; add 'function: module.on_message' below it",
        ),
        (
            KWARGS + "      open:\n        function: chat.open\n        funtion: x",
            8,
            "'open' has an unknown key 'funtion'; did you mean 'function'?",
        ),
        (
            KWARGS + "      open:\n        function: chat.open(handler)\n        args: [1]",
            8,
            "'args' and 'kwargs' need the name of a function, but it is 'chat.open(handler)'",
        ),
        (
            KWARGS + "      open:\n        function: chat.open\n        kwargs: [1]",
            8,
            "'kwargs' must be a mapping, not a list",
        ),
        (
            KWARGS + "      open:\n        function: chat.open\n        kwargs: {a-b: 1}",
            8,
            "'kwargs' has 'a-b', which is no name of an argument",
        ),
        (
            KWARGS + "      open:\n        function: [chat.open]\n        args: [1]",
            8,
            "'args' belongs to a step; indent it below one",
        ),
        (
            KWARGS + "      open: {function: 3}",
            6,
            "the function of 'open' must be a name or an expression, but it is a number",
        ),
        (
            KWARGS + "      open: {function: ''}",
            6,
            "the function of 'open' must be a name or an expression, but it is empty",
        ),
        (
            KWARGS + "      open:\n        function: []",
            7,
            "the pipeline of 'open' is empty; list at least one step",
        ),
        (
            KWARGS + "      open:\n        function:\n          - name: x",
            8,
            "a step of 'open' has no function; add 'function: ...'",
        ),
        (
            KWARGS + "      open:\n        function:\n          - {function: x, nme: y}",
            8,
            "'step of open' has an unknown key 'nme'; did you mean 'name'?",
        ),
        (
            KWARGS + "      open:\n        function:\n          - {function: x, name: 1x}",
            8,
            "a step's name must be a Python name, but it is '1x'",
        ),
        (
            KWARGS + "      open:\n        function:\n          - {function: x, name: if}",
            8,
            "a step's name must be a Python name, but it is 'if'",
        ),
        (
            KWARGS + "      open:\n        function:\n          - {function: x, name: handler}",
            8,
            "the name 'handler' is already taken in this pipeline; choose another",
        ),
        (
            KWARGS + "      ping_interval: soon",
            6,
            "'ping_interval' must be a number of seconds, but it is text",
        ),
        (
            KWARGS + "      ping_interval: -1",
            6,
            "'ping_interval' is -1, but it goes from 0 to 3600 seconds",
        ),
        (
            KWARGS + "      ping_interval: 5\n      ping_timeout: 6",
            7,
            "'ping_timeout' is 6, longer than 'ping_interval', 5; "
            "the answer must come before the next ping",
        ),
        (
            KWARGS + "      max_message_size: 1.5",
            6,
            "'max_message_size' is 1.5, but it goes from 1 to 67108864 bytes",
        ),
        (
            KWARGS + "      max_message_size: true",
            6,
            "'max_message_size' must be a number of bytes, but it is true or false",
        ),
        (
            ENTRY.replace("WebSocketHandler", "chat.1st"),
            4,
            "'chat.1st' is not the name of a class or a function; write it as in module.Name",
        ),
        (
            ENTRY.replace("/$YAMLURL/chat", "'/(a)(?P<b>.)'"),
            3,
            "the pattern '/(a)(?P<b>.)' names some of its groups; name all or none",
        ),
        (
            ENTRY.replace("/$YAMLURL/chat", "'/(?P<self>.)'"),
            3,
            "the pattern '/(?P<self>.)' has a group 'self'; call it another name",
        ),
        (KWARGS + "      auth: 'yes'", 6, AUTH + "text"),
        (
            KWARGS + "      auth: {membership: x}",
            6,
            "'membership' must be a mapping such as {role: [admin]}, but it is text",
        ),
        (
            KWARGS + "      origins: []",
            6,
            "'origins' must be a list of hosts, but it is empty; "
            "leave it out to allow every site",
        ),
        (
            KWARGS + "      origins: {a: b}",
            6,
            "'origins' must be a list of hosts, but it is a mapping; "
            "leave it out to allow every site",
        ),
        (
            KWARGS + "      origins:\n        - a.example\n        - 7",
            8,
            "an origin must be text, but it is a number; quote it",
        ),
        (
            KWARGS + "      origins:\n        - a.example\n        - https://b.example/x",
            8,
            "'https://b.example/x' is not an origin: "
            "an origin has no path, query or user; write only the host",
        ),
    ],
)  # fmt: skip
def test_a_faulty_entry_names_the_place_and_the_fix(load, text, line, message):
    """Each fault is an error with file, line and the likely fix, and the entry is no route."""
    routes, problems = load(text)

    assert [str(p) for p in problems] == [f"guide/chat/gramex.yaml:{line}: error: {message}"]
    assert routes == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("log: {}", 1, "the section 'log' is Gramex's and is skipped here"),
        (
            "url:\n  a:\n    pattern: /x\n    handler: FunctionHandler\n    kwargs: {function: x}",
            4,
            "the entry 'a' is skipped: the handler FunctionHandler is not offered here",
        ),
    ],
)
def test_what_gramex_has_besides_is_skipped_with_a_warning(load, text, line, message):
    """A guide written for Gramex starts, and says what it does without."""
    routes, problems = load(text)

    assert [str(p) for p in problems] == [f"guide/chat/gramex.yaml:{line}: warning: {message}"]
    assert routes == []


@pytest.mark.parametrize("key", ["headers", "template", "xsrf_cookies"])
def test_a_key_of_gramex_s_is_skipped_and_the_entry_kept(load, key):
    """A key that does not apply costs one warning."""
    routes, problems = load(KWARGS + f"      {key}: {{}}\n    priority: 5")

    assert [str(p) for p in in_order(problems)] == [
        f"guide/chat/gramex.yaml:6: warning: {key!r} does not apply to a WebSocketHandler here "
        "and is skipped",
        "guide/chat/gramex.yaml:7: warning: 'priority' does not apply to a WebSocketHandler here "
        "and is skipped",
    ]
    assert len(routes) == 1


def test_two_entries_can_t_share_a_name_or_a_pattern(load):
    """A second entry that could never be reached, or not be told apart, is an error."""
    _, problems = load(
        {
            "a/gramex.yaml": ENTRY,
            "b/gramex.yaml": ENTRY + ENTRY.replace("url:\n", "").replace("chat:", "other:"),
        }
    )

    assert [str(p) for p in problems] == [
        "guide/b/gramex.yaml:2: error: the name 'chat' is already an entry's in "
        "guide/a/gramex.yaml:2; put the folder's name before it",
        "guide/b/gramex.yaml:5: error: the entry 'chat' in guide/b/gramex.yaml:2 already has "
        "this pattern; begin each with /$YAMLURL/ and end it differently",
    ]


def test_the_faults_of_all_files_are_found(load):
    """One start shows everything that is wrong, broken YAML included."""
    _, problems = load(
        {
            "a/gramex.yaml": "url: [\n",
            "b/gramex.yaml": "url:\n  x: 1\n  y: 2",
            "c/gramex.yaml": b"\xff",
        }
    )

    places = [f"{p.path}:{p.line}" for p in problems]
    assert places == [
        "guide/a/gramex.yaml:2",
        "guide/b/gramex.yaml:2",
        "guide/b/gramex.yaml:3",
        "guide/c/gramex.yaml:1",
    ]
