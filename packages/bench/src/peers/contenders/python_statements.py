"""Python's contender: the statements of SQLiteSession (OpenAI Agents SDK for Python 0.22.0) through sqlite3, and the workloads of workloads.ts.

Answers the messages of messages.ts, a line of JSON each, on the channel that Node opens for a child process.
"""

import asyncio
import json
import os
import platform
import socket
import sqlite3
import time
import uuid

CREATE = (
    """
    CREATE TABLE IF NOT EXISTS agent_sessions (
        session_id TEXT PRIMARY KEY,
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
        updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS agent_messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id TEXT NOT NULL,
        message_data TEXT NOT NULL,
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
        FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX IF NOT EXISTS idx_agent_messages_session_id ON agent_messages (session_id, id)",
)
ADD_SESSION = "INSERT OR IGNORE INTO agent_sessions (session_id) VALUES (?)"
ADD_MESSAGE = "INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?)"
TOUCH = "UPDATE agent_sessions SET updated_at = CURRENT_TIMESTAMP WHERE session_id = ?"
ALL = "SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id ASC"
LAST = "SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT ?"
POP = """
    DELETE FROM agent_messages
    WHERE id = (SELECT id FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT 1)
    RETURNING message_data
    """


class Store:
    def __init__(self, path):
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        for statement in CREATE:
            self.connection.execute(statement)
        self.connection.commit()

    def settings(self):
        versions = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
        read = {name: self.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
        return {**versions, **read}

    def append(self, session_id, items):
        self.connection.execute(ADD_SESSION, (session_id,))
        self.connection.executemany(ADD_MESSAGE, [(session_id, json.dumps(item)) for item in items])
        self.connection.execute(TOUCH, (session_id,))
        self.connection.commit()

    def all(self, session_id):
        return [json.loads(text) for (text,) in self.connection.execute(ALL, (session_id,)).fetchall()]

    def last(self, session_id, count):
        rows = self.connection.execute(LAST, (session_id, count)).fetchall()
        return [json.loads(text) for (text,) in reversed(rows)]

    def pop(self, session_id):
        row = self.connection.execute(POP, (session_id,)).fetchone()
        self.connection.commit()
        return row and json.loads(row[0])


def items(count, start=0):
    """As items.ts makes them."""
    places = range(start, start + count)
    return [{"role": "user" if at % 2 == 0 else "assistant", "content": f"message {at} " * 15} for at in places]


def difference(got, expected):
    return None if got == expected else "other items, or in another order"


def seeded(store, count):
    session_id = f"seeded-{count}-{uuid.uuid4()}"
    for start in range(0, count, 100):
        store.append(session_id, items(min(100, count - start), start))
    return session_id


def times(count, sizes, work):
    """Does it so often, or until the time of the round is over."""
    begin = time.perf_counter()
    operations = 0
    while operations < count and (time.perf_counter() - begin) * 1000 < sizes["roundMs"]:
        work()
        operations += 1
    return {"milliseconds": (time.perf_counter() - begin) * 1000, "operations": operations}


def appends_right(store):
    session_id = f"tried-{uuid.uuid4()}"
    store.append(session_id, items(1))
    store.append(session_id, items(10, 1))
    return difference(store.all(session_id), items(11))


def appending(count, often):
    batch = items(count)

    def prepare(store, sizes):
        def work():
            session_id = seeded(store, 20)
            return times(often(sizes), sizes, lambda: store.append(session_id, batch))

        return appends_right(store), work

    return prepare


def reading(size, often, read, expected):
    def prepare(store, sizes):
        session_id = seeded(store, sizes[size])
        wrong = difference(read(store, session_id), expected(items(sizes[size])))
        return wrong, lambda: times(often, sizes, lambda: read(store, session_id))

    return prepare


def at_once(store, sizes):
    ids = [f"at-once-{index}" for index in range(sizes["sessions"])]
    batch = items(1)

    def work():
        begin = time.perf_counter()
        for session_id in ids:
            store.append(session_id, batch)
        return {"milliseconds": (time.perf_counter() - begin) * 1000, "operations": 1}

    work()
    return difference([store.all(session_id) for session_id in ids[:20]], [batch for _ in ids[:20]]), work


def popping(store, sizes):
    tried = seeded(store, 5)
    wrong = difference([store.pop(tried), *store.all(tried)], [items(1, 4)[0], *items(4)])

    def work():
        session_id = seeded(store, 40)
        return times(20, sizes, lambda: store.pop(session_id))

    return wrong, work


def turn(store, sizes):
    session_id = seeded(store, sizes["middle"])

    def work():
        store.append(session_id, items(4, len(store.all(session_id))))

    work()
    return difference(store.all(session_id), items(sizes["middle"] + 4)), lambda: times(5, sizes, work)


WORKLOADS = {
    "append-1": appending(1, lambda _: 40),
    "append-10": appending(10, lambda _: 20),
    "at-once": at_once,
    "awaited": appending(1, lambda sizes: sizes["sessions"]),
    "last-20": reading("long", 40, lambda store, session_id: store.last(session_id, 20), lambda stored: stored[-20:]),
    "all": reading("middle", 5, lambda store, session_id: store.all(session_id), lambda stored: stored),
    "pop": popping,
    "turn": turn,
}


async def serve(path, store):
    """A line names a session, one item is appended to it, and a line says that it is there."""

    async def serve_one(reader, writer):
        while line := await reader.readline():
            store.append(line.decode().strip(), items(1))
            writer.write(b"done\n")

    # As many may wait to be let in as with a server of Node.
    return await asyncio.start_unix_server(serve_one, path, backlog=511)


async def main():
    channel = socket.socket(fileno=int(os.environ["NODE_CHANNEL_FD"]))
    reader, writer = await asyncio.open_connection(sock=channel)
    store, work, servers = None, None, []
    while line := await reader.readline():
        request = json.loads(line)
        answer = {}
        try:
            match request["ask"]:
                case "open":
                    store = Store(request["place"])
                    store.append("opened", items(1))
                    answer = {"settings": store.settings()}
                case "prepare":
                    wrong, work = WORKLOADS[request["workload"]](store, request["sizes"])
                    answer = {"offered": True, **({} if wrong is None else {"wrong": wrong})}
                case "round":
                    answer = {"round": work()}
                case "listen":
                    servers.append(await serve(request["path"], store))
                case "close":
                    store.connection.close()
        except Exception as error:
            answer = {"failed": str(error)}
        writer.write(json.dumps(answer).encode() + b"\n")


asyncio.run(main())
