"""From steps to functions: names, expressions, pipelines and their faults."""

from __future__ import annotations

import inspect
import traceback
from types import SimpleNamespace

import pytest

from liveguide.server.endpoints.callbacks import compile_callbacks
from liveguide.server.endpoints.modules import AuthorModules
from liveguide.server.endpoints.route import Route, Step

CHAT = """\
def open(handler):
    return 'opened', handler

def on_message(handler, message):
    return handler, message

async def later(handler, message):
    return message.upper()

def strict(handler, message, user):
    pass

def lines(handler, message):
    yield message

class Bot:
    @staticmethod
    def hear(handler, message):
        return 'heard ' + message

size = 3
"""


@pytest.fixture(name="compile_steps")
def _compile_steps(write_tree):
    """Return a function that compiles a callback's steps beside some modules."""
    guide = write_tree({"chat.py": CHAT, "bots/eliza.py": "def hear(handler, message): return 1"})

    def compile_steps(*steps, key="on_message"):
        numbered = tuple(
            Step(*(step if isinstance(step, tuple) else (step, None)), line=n)
            for n, step in enumerate(steps, 5)
        )
        route = Route("chat", "/chat", "gramex.yaml", 2, guide, callbacks={key: numbered})
        return compile_callbacks(route, AuthorModules())

    return compile_steps


@pytest.fixture(name="call")
def _call(compile_steps):
    """Return a function that compiles steps and calls them once."""

    async def call(*steps, handler=None, message="hello", key="on_message"):
        callbacks, problems = compile_steps(*steps, key=key)
        assert problems == []
        values = (handler, message) if key == "on_message" else (handler,)
        result = callbacks[key].function(*values)
        return await result if inspect.isawaitable(result) else result

    return call


@pytest.mark.parametrize(
    ("function", "result"),
    [
        ("chat.on_message", ("me", "hello")),
        ("chat.later", "HELLO"),
        ("chat.Bot.hear", "heard hello"),
        ("bots.eliza.hear", 1),
        ("(handler)", "me"),
        ("message.upper()", "HELLO"),
        ("handler + ' ' + message", "me hello"),
        ("chat.on_message(message, 1)", ("hello", 1)),
        ("chat.later(handler, 'x')", "X"),
        ("bots.eliza.hear(handler, message)", 1),
        ("[chat.size for _ in range(2) if message]", [3, 3]),
        ("(lambda x: x + message)(handler)", "mehello"),
        ("[part for part in (message, handler)]", ["hello", "me"]),
        ("json.dumps({'said': message})", '{"said": "hello"}'),
        ("xml.etree.ElementTree.Element(message).tag", "hello"),
        ("(n := len(message)) * 2 + n", 15),
        ("\n  len(\n    message)\n", 5),
        ("None", None),
    ],
)
async def test_a_function_is_a_dotted_name_or_an_expression(call, function, result):
    """Names are called with handler and message; expressions see both, modules and builtins."""
    assert result == await call(function, handler="me")


async def test_open_is_called_with_the_handler_alone(call):
    """Only on_message has a message."""
    assert await call("chat.open", handler="me", key="open") == ("opened", "me")
    assert await call("handler * 2", handler="me", key="on_close") == "meme"


async def test_a_pipeline_runs_its_steps_in_order(call):
    """Named results, awaited where they must be, are there for the steps after them."""
    said = []
    handler = SimpleNamespace(write_message=said.append)

    result = await call(
        ("chat.later", "loud"),
        ("chat.Bot.hear", "answer"),
        "handler.write_message(loud)",
        ("[loud for _ in 'ab']", "twice"),
        "handler.write_message(answer)",
        "(twice, message)",
        handler=handler,
    )

    assert said == ["HELLO", "heard hello"]
    assert result == (["HELLO", "HELLO"], "hello")


async def test_a_dotted_name_after_a_named_step_gets_no_more_arguments(call):
    """The results of earlier steps are for expressions."""
    assert await call(("1", "one"), "chat.on_message", handler="me") == ("me", "hello")


async def test_a_traceback_names_the_line_of_the_yaml(call):
    """An error in an expression can be found."""
    with pytest.raises(ZeroDivisionError) as caught:
        await call("1 / 0")

    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.filename, frame.lineno) == ("gramex.yaml", 5)


def test_a_callback_knows_what_to_be_called(compile_steps):
    """Log lines and close reasons name the function, or else the callback."""
    dotted = compile_steps("chat.open", key="open")[0]["open"]
    expression = compile_steps("print(handler)", key="open")[0]["open"]

    assert (dotted.label, dotted.place) == ("chat.open", "gramex.yaml:5")
    assert (expression.label, expression.place) == ("open", "gramex.yaml:5")


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            "chta.open",
            "there is no 'chta': no module chta.py beside this file, and none installed; "
            "did you mean 'chat'?",
        ),
        ("chat.opne", "there is no 'opne' in 'chat'; did you mean 'open'?"),
        ("chat.Bot.hera", "there is no 'hera' in 'chat.Bot'; did you mean 'hear'?"),
        ("chat.opne(handler)", "there is no 'opne' in 'chat'; did you mean 'open'?"),
        ("chat", "'chat' is a module, not a function; write chat.on_message"),
        ("bots.eliza", "'bots.eliza' is a module, not a function"),
        ("chat.size", "'chat.size' is not a function, but a number"),
        (
            "chat.open",
            "on_message calls chat.open(handler, message), but it takes (handler); "
            "change its parameters, or write the call itself",
        ),
        (
            "chat.strict",
            "on_message calls chat.strict(handler, message), but it takes "
            "(handler, message, user); change its parameters, or write the call itself",
        ),
        (
            "chat.lines",
            "'chat.lines' is a generator, which does nothing when it is called; "
            "remove its 'yield', or await instead",
        ),
        (
            "print(mesage)",
            "there is no 'mesage': no module mesage.py beside this file, and none installed; "
            "did you mean 'message'?",
        ),
        (
            "handler.write_message(message",
            "'handler.write_message(message' is neither a dotted name nor a Python expression: "
            "'(' was never closed",
        ),
        (
            "1 +",
            "'1 +' is neither a dotted name nor a Python expression: invalid syntax",
        ),
        (
            "1) + (2",
            "'1) + (2' is neither a dotted name nor a Python expression: unmatched ')'",
        ),
        (
            "await chat.later(handler, message)",
            "'await chat.later(handler, message)' is neither a dotted name nor a Python "
            "expression: 'await' outside async function",
        ),
    ],
)
def test_a_faulty_function_names_the_line_and_the_fix(compile_steps, function, message):
    """What could only fail later stops the start."""
    callbacks, problems = compile_steps(function)

    assert [str(p) for p in problems] == [f"gramex.yaml:5: error: {message}"]
    assert callbacks == {}


def test_open_has_no_message(compile_steps):
    """The message in an expression of open is an error that says why."""
    _, problems = compile_steps("print(message)", key="open")

    assert [str(p) for p in problems] == [
        "gramex.yaml:5: error: there is no 'message': no module message.py beside this file, "
        "and none installed; open has only handler"
    ]


def test_a_step_sees_only_the_steps_before_it(compile_steps):
    """A name that a later step defines is unknown, and every fault of a pipeline is shown."""
    _, problems = compile_steps("print(later_on)", ("1", "later_on"), "chat.nope")

    assert [p.line for p in problems] == [5, 7]


def test_a_method_that_is_not_called_is_a_warning(compile_steps):
    """An expression that only looks something up is likely to lack its parentheses."""
    callbacks, problems = compile_steps("handler.close")

    assert [str(p) for p in problems] == [
        "gramex.yaml:5: warning: 'handler.close' is only looked up, not called; "
        "write 'handler.close()' to call it"
    ]
    assert "on_message" in callbacks
