"""A chatbot that answers, and that speaks up, ever more rarely, when left alone."""

import asyncio
import random
from functools import cache

from tornado.ioloop import PeriodicCallback

FIRST, GROWTH, LONGEST = 5, 1.8, 180  # Seconds of silence before it speaks.
IDLE = [
    'Are you still there?',
    'Take your time. I am listening.',
    'What are you thinking about?',
    'Silence can say a lot, too.',
    'Shall we talk about something else?',
]


class Conversation:
    """What the bot knows about one socket. Two tabs are two conversations."""

    def __init__(self, handler):
        self.handler = handler
        self.last = None
        # A jitter of 0.5 makes each silence up to a quarter shorter or longer.
        self.timer = PeriodicCallback(self.speak_up, FIRST * 1000, jitter=0.5)
        self.timer.start()

    def speak_up(self):
        self.last = random.choice([text for text in IDLE if text != self.last])
        self.handler.write_message(self.last)
        # Back off: the timer waits this long before the next one.
        longer = self.timer.callback_time * GROWTH
        self.timer.callback_time = min(longer, LONGEST * 1000)

    def start_over(self):
        self.timer.stop()
        self.timer.callback_time = FIRST * 1000
        self.timer.start()


def open(handler):
    handler.conversation = Conversation(handler)
    handler.write_message('Hello. How are you feeling today?')


async def on_message(handler, message):
    if isinstance(message, bytes):
        handler.close(1003, 'the chatbot reads text only')
        return
    # Thinking happens in a thread, so that nobody else has to wait for it.
    answer = await asyncio.to_thread(respond, message[:1000])
    handler.write_message(answer)
    handler.conversation.start_over()


def on_close(handler):
    handler.conversation.timer.stop()


def respond(message):
    return eliza().respond(message)


@cache
def eliza():
    """Return nltk's Eliza, imported when somebody first talks: it takes a while."""
    from nltk.chat.eliza import eliza_chatbot

    return eliza_chatbot
