"""What AdvancedSQLiteSession of the OpenAI Agents SDK for Python 0.22.0 sends to its database.

advanced_session.py FILE SESSION reads [[command, argument, ...], ...] as JSON from stdin and writes what each gives to stdout.
"""

import json
import sqlite3
import sys

TABLES = """
CREATE TABLE IF NOT EXISTS agent_sessions (
    session_id TEXT PRIMARY KEY, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS agent_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL, message_data TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_agent_messages_session_id ON agent_messages (session_id, id);
CREATE TABLE IF NOT EXISTS message_structure (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL, message_id INTEGER NOT NULL,
    branch_id TEXT NOT NULL DEFAULT 'main', message_type TEXT NOT NULL, sequence_number INTEGER NOT NULL,
    user_turn_number INTEGER, branch_turn_number INTEGER, tool_name TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (session_id) REFERENCES agent_sessions(session_id) ON DELETE CASCADE,
    FOREIGN KEY (message_id) REFERENCES agent_messages(id) ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS turn_usage (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL, branch_id TEXT NOT NULL DEFAULT 'main',
    user_turn_number INTEGER NOT NULL, requests INTEGER DEFAULT 0, input_tokens INTEGER DEFAULT 0,
    output_tokens INTEGER DEFAULT 0, total_tokens INTEGER DEFAULT 0, input_tokens_details JSON, output_tokens_details JSON,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (session_id) REFERENCES agent_sessions(session_id) ON DELETE CASCADE,
    UNIQUE(session_id, branch_id, user_turn_number)
);
CREATE INDEX IF NOT EXISTS idx_structure_session_seq ON message_structure(session_id, sequence_number);
CREATE INDEX IF NOT EXISTS idx_structure_branch ON message_structure(session_id, branch_id);
CREATE INDEX IF NOT EXISTS idx_structure_turn ON message_structure(session_id, branch_id, user_turn_number);
CREATE INDEX IF NOT EXISTS idx_structure_branch_seq ON message_structure(session_id, branch_id, sequence_number);
CREATE INDEX IF NOT EXISTS idx_turn_usage_session_turn ON turn_usage(session_id, branch_id, user_turn_number);
"""

RESERVED = """
CREATE TABLE IF NOT EXISTS branch_reservations (
    session_id TEXT NOT NULL, branch_id TEXT NOT NULL, PRIMARY KEY (session_id, branch_id)
)
"""
GENERATIONS = "CREATE TABLE IF NOT EXISTS session_clear_generations (session_id TEXT PRIMARY KEY, generation INTEGER NOT NULL DEFAULT 0)"

path, session_id = sys.argv[1:]
db = sqlite3.connect(path)
db.execute("PRAGMA journal_mode=WAL")


def one(sql, *parameters):
    return db.execute(sql, parameters).fetchone()


def tables():
    db.executescript(TABLES)
    db.execute(RESERVED)
    db.execute(GENERATIONS)


def message_type(item):
    if item.get("role") in ("user", "assistant"):
        return item["role"]
    return str(item["type"]) if item.get("type") else "other"


def tool_name(item):
    kind = item.get("type")
    if kind in ("mcp_call", "mcp_approval_request") and "server_label" in item:
        label, name = item.get("server_label"), item.get("name")
        return f"{label}.{name}" if name and label else label or name
    if kind in ("tool_search_call", "tool_search_output"):
        return "tool_search"
    if kind in ("computer_call", "file_search_call", "web_search_call", "code_interpreter_call"):
        return kind
    name, namespace = item.get("name"), item.get("namespace")
    return f"{namespace}.{name}" if name and namespace and namespace != name else name


def add(branch, items):
    db.execute("INSERT OR IGNORE INTO session_clear_generations (session_id, generation) VALUES (?, 0)", (session_id,))
    db.execute("INSERT OR IGNORE INTO agent_sessions (session_id) VALUES (?)", (session_id,))
    db.executemany(
        "INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?)", [(session_id, json.dumps(item)) for item in items]
    )
    db.execute("UPDATE agent_sessions SET updated_at = CURRENT_TIMESTAMP WHERE session_id = ?", (session_id,))
    newest = db.execute("SELECT id FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT ?", (session_id, len(items)))
    ids = [row[0] for row in newest][::-1]
    (start,) = one("SELECT COALESCE(MAX(sequence_number), 0) FROM message_structure WHERE session_id = ?", session_id)
    turn, branch_turn = one(
        """SELECT COALESCE(MAX(user_turn_number), 0), COALESCE(MAX(branch_turn_number), 0)
        FROM message_structure WHERE session_id = ? AND branch_id = ?""",
        session_id,
        branch,
    )
    said = 0
    for index, (item, message_id) in enumerate(zip(items, ids)):
        said += item.get("role") == "user"
        db.execute(
            """INSERT INTO message_structure (session_id, message_id, branch_id, message_type, sequence_number,
            user_turn_number, branch_turn_number, tool_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (session_id, message_id, branch, message_type(item), start + index + 1, turn + said, branch_turn + said, tool_name(item)),
        )
    db.commit()


def items(branch):
    found = db.execute(
        """SELECT m.message_data FROM agent_messages m JOIN message_structure s ON m.id = s.message_id
        WHERE m.session_id = ? AND s.branch_id = ? ORDER BY s.sequence_number ASC""",
        (session_id, branch),
    )
    return [json.loads(text) for (text,) in found]


def pop(branch):
    claimed = one(
        """DELETE FROM message_structure WHERE id = (SELECT id FROM message_structure WHERE session_id = ? AND branch_id = ?
        ORDER BY sequence_number DESC LIMIT 1) RETURNING message_id, user_turn_number""",
        session_id,
        branch,
    )
    if claimed is None:
        return None
    text = one("SELECT message_data FROM agent_messages WHERE id = ?", claimed[0])
    db.execute(
        """DELETE FROM agent_messages WHERE session_id = ? AND id NOT IN (
        SELECT message_id FROM message_structure ms WHERE ms.session_id = ?)""",
        (session_id, session_id),
    )
    of_turn = "WHERE session_id = ? AND branch_id = ? AND user_turn_number = ?"
    if one(f"SELECT COUNT(*) FROM message_structure {of_turn}", session_id, branch, claimed[1])[0] == 0:
        db.execute(f"DELETE FROM turn_usage {of_turn}", (session_id, branch, claimed[1]))
    db.commit()
    return json.loads(text[0])


def branch(source, name, turn):
    """create_branch_from_turn: the new branch has what was said before the turn."""
    db.execute("INSERT INTO branch_reservations (session_id, branch_id) VALUES (?, ?)", (session_id, name))
    copied = db.execute(
        """SELECT message_id, message_type, user_turn_number, branch_turn_number, tool_name FROM message_structure
        WHERE session_id = ? AND branch_id = ? AND branch_turn_number < ? ORDER BY sequence_number""",
        (session_id, source, turn),
    ).fetchall()
    (start,) = one("SELECT COALESCE(MAX(sequence_number), 0) FROM message_structure WHERE session_id = ?", session_id)
    for index, (message_id, kind, user_turn, branch_turn, tool) in enumerate(copied):
        db.execute(
            """INSERT INTO message_structure (session_id, message_id, branch_id, message_type, sequence_number,
            user_turn_number, branch_turn_number, tool_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (session_id, message_id, name, kind, start + index + 1, user_turn, branch_turn, tool),
        )
    db.commit()


def usage(branch, turn, requests, input_tokens, output_tokens, cached, reasoning):
    db.execute(
        """INSERT OR REPLACE INTO turn_usage (session_id, branch_id, user_turn_number, requests, input_tokens, output_tokens,
        total_tokens, input_tokens_details, output_tokens_details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            session_id, branch, turn, requests, input_tokens, output_tokens, input_tokens + output_tokens,
            json.dumps({"cached_tokens": cached}), json.dumps({"reasoning_tokens": reasoning}),
        ),
    )
    db.commit()


def structure(branch):
    return db.execute(
        """SELECT message_type, user_turn_number, branch_turn_number, tool_name FROM message_structure
        WHERE session_id = ? AND branch_id = ? ORDER BY sequence_number""",
        (session_id, branch),
    ).fetchall()


def generation():
    row = one("SELECT generation FROM session_clear_generations WHERE session_id = ?", session_id)
    return row[0] if row else 0


def clear():
    for table in ("agent_messages", "agent_sessions", "message_structure", "turn_usage"):
        db.execute(f"DELETE FROM {table} WHERE session_id = ?", (session_id,))
    db.execute("UPDATE session_clear_generations SET generation = generation + 1 WHERE session_id = ?", (session_id,))
    db.commit()


def rows():
    """How many rows of the session each table has."""
    names = ("agent_sessions", "agent_messages", "message_structure", "turn_usage", "branch_reservations")
    return {name: one(f"SELECT COUNT(*) FROM {name} WHERE session_id = ?", session_id)[0] for name in names}


commands = {each.__name__: each for each in (tables, add, items, pop, branch, usage, structure, generation, clear, rows)}
json.dump([commands[name](*arguments) for name, *arguments in json.load(sys.stdin)], sys.stdout)
db.close()
