"""
The histories of rooms in an SQLite file: what its one thread does.

Nothing here knows of the event loop. What is written together is there together, or not at all.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time

from .engine import PAGE_BYTES, Batch, EngineUnavailable, Entry, Position, Topic

_APPLICATION = 0x4C475232
"""Marks our files among all of SQLite's."""

_TABLES = """
CREATE TABLE rooms (name TEXT PRIMARY KEY, epoch TEXT NOT NULL, last INTEGER NOT NULL);
CREATE TABLE messages (
  room TEXT, offset INTEGER, id TEXT NOT NULL, message NOT NULL, sent REAL NOT NULL,
  PRIMARY KEY (room, offset)
) WITHOUT ROWID;
CREATE TABLE ids (
  room TEXT, id TEXT, offset INTEGER NOT NULL, until REAL NOT NULL, PRIMARY KEY (room, id)
) WITHOUT ROWID;
CREATE INDEX ids_until ON ids (until);
"""
_LEAST_REMEMBERED = 60  # seconds for which the id of a message is


class SQLiteLog:
    """
    The histories in a file, which is made if it is not there.

    Args:

        path: The file.

    Raises:

        EngineUnavailable: It can't be used; the message says why.
    """

    def __init__(self, path: str) -> None:
        try:
            self._db = sqlite3.connect(path, timeout=1, isolation_level=None)
            self._open()
        except sqlite3.Error as error:
            raise EngineUnavailable(f"{path} can't be used: {_why(path, error)}") from None

    def _open(self) -> None:
        run = self._db.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("BEGIN EXCLUSIVE")
        ((mark,),) = run("PRAGMA application_id")
        ((tables,),) = run("SELECT count(*) FROM sqlite_master")
        if not tables:
            for statement in _TABLES.split(";"):
                run(statement)
            run(f"PRAGMA application_id = {_APPLICATION}")
        elif mark != _APPLICATION:
            raise sqlite3.DatabaseError("it is a file of something else")
        else:
            run("UPDATE rooms SET last = last")  # is it writable?
        run("COMMIT")

    def begin(self) -> None:
        """Begin to write: what follows is there at `commit`, or not at all."""
        self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Write what was added since `begin`, and wait until it is on the disk."""
        self._db.execute("COMMIT")

    def roll_back(self) -> None:
        """Forget what was added since `begin`."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def add(self, topic: Topic, message: str | bytes, id: str) -> tuple[Position, Entry | None]:
        """Keep a message; return its position, and its entry unless its id was seen before."""
        run, now = self._db.execute, time.time()
        epoch, last = self._at(topic)
        run("DELETE FROM ids WHERE until < ?", (now,))
        seen = run("SELECT offset FROM ids WHERE room = ? AND id = ?", (topic.name, id)).fetchone()
        if seen is not None:
            return Position(epoch, seen[0]), None
        entry = Entry(last + 1, id, message, now)
        run(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?)",
            (topic.name, entry.offset, id, message, now),
        )
        until = now + max(topic.history_seconds, _LEAST_REMEMBERED)
        run("INSERT INTO ids VALUES (?, ?, ?, ?)", (topic.name, id, entry.offset, until))
        run("UPDATE rooms SET last = ? WHERE name = ?", (entry.offset, topic.name))
        self._trim(topic, entry.offset)
        return Position(epoch, entry.offset), entry

    def read(self, topic: Topic, after: int, limit: int) -> Batch:
        """Return messages after an offset."""
        epoch, last = self._at(topic)
        first = self._trim(topic, last)
        entries: list[Entry] = []
        end, size = last, 0
        for row in self._db.execute(
            "SELECT offset, id, message, sent FROM messages WHERE room = ? AND offset > ? "
            "ORDER BY offset LIMIT ?",
            (topic.name, after, limit),
        ):
            entries.append(Entry(*row))
            size += len(entries[-1].message)
            if size >= PAGE_BYTES or len(entries) == limit:
                end = entries[-1].offset
                break
        return Batch(epoch, first, last, end, entries)

    def _at(self, topic: Topic) -> tuple[str, int]:
        run = self._db.execute
        row = run("SELECT epoch, last FROM rooms WHERE name = ?", (topic.name,)).fetchone()
        if row is None:
            row = secrets.token_urlsafe(9), 0
            run("INSERT INTO rooms VALUES (?, ?, ?)", (topic.name, *row))
        return row[0], row[1]

    def _trim(self, topic: Topic, last: int) -> int:
        """Forget what is too much or too old; return the first offset that is kept."""
        run, oldest = self._db.execute, time.time() - topic.history_seconds
        too_much = last - topic.history
        run("DELETE FROM messages WHERE room = ? AND offset <= ?", (topic.name, too_much))
        while True:
            first = run(
                "SELECT offset, sent FROM messages WHERE room = ? ORDER BY offset LIMIT 1",
                (topic.name,),
            ).fetchone()
            if first is None:
                return last + 1
            if first[1] >= oldest:
                return int(first[0])
            run("DELETE FROM messages WHERE room = ? AND offset = ?", (topic.name, first[0]))


def _why(path: str, error: sqlite3.Error) -> str:
    if "locked" in str(error):
        return "another process uses it; rooms of several processes need redis://"
    if "unable to open" in str(error) and not os.path.isdir(os.path.dirname(path) or "."):
        return f"there is no folder {os.path.dirname(path)}"
    return str(error)
