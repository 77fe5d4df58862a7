"""What SQLiteSession of the OpenAI Agents SDK for Python 0.22.0 does, by its own statements: python_session.py FILE SESSION add|items|pop"""

import json
import sqlite3
import sys

path, session_id, command = sys.argv[1:]
connection = sqlite3.connect(path)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute(
    """
    CREATE TABLE IF NOT EXISTS agent_sessions (
        session_id TEXT PRIMARY KEY,
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
        updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
    )
    """
)
connection.execute(
    """
    CREATE TABLE IF NOT EXISTS agent_messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id TEXT NOT NULL,
        message_data TEXT NOT NULL,
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
        FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE
    )
    """
)

if command == "add":
    connection.execute("INSERT OR IGNORE INTO agent_sessions (session_id) VALUES (?)", (session_id,))
    rows = [(session_id, json.dumps(item)) for item in json.load(sys.stdin)]
    connection.executemany("INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?)", rows)
    connection.execute("UPDATE agent_sessions SET updated_at = CURRENT_TIMESTAMP WHERE session_id = ?", (session_id,))
    connection.commit()
elif command == "items":
    found = connection.execute(
        "SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id ASC", (session_id,)
    )
    json.dump([json.loads(text) for (text,) in found], sys.stdout)
elif command == "pop":
    found = connection.execute(
        """
        DELETE FROM agent_messages WHERE id = (
            SELECT id FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT 1
        ) RETURNING message_data
        """,
        (session_id,),
    ).fetchone()
    connection.commit()
    json.dump(found and json.loads(found[0]), sys.stdout)
connection.close()
