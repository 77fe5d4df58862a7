import type { SQLiteDatabase } from '../database.ts'
import { OpenTransaction } from '../errors.ts'
import { type Names, quote, quoteNames } from '../tables.ts'

/**
 * The view in which the messages of one branch stand as those of a database without branches do in their table, and in which they are written.
 * Its name tells branches apart that differ in the case of their letters only.
 */
export function viewOf({ tables, branch = '' }: Names): string {
  return `${tables.messages}_of_branch_${Buffer.from(branch).toString('hex')}`
}

/** Makes it, for this connection alone. @throws OpenTransaction while the caller has one, with which it would go */
export function makeView(database: SQLiteDatabase, names: Names): void {
  const found = database.prepare("SELECT 1 FROM sqlite_temp_master WHERE type = 'view' AND name = ?").get(viewOf(names))
  if (found !== undefined) return
  if (database.inTransaction) throw new OpenTransaction('A transaction of the caller is open.')
  database.transaction((_: undefined) => database.exec(definitions(names))).deferred(undefined)
}

/** A text of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function definitions(names: Names): string {
  const { messages } = quoteNames(names).tables
  const view = quote(viewOf(names))
  const trigger = (on: string): string => quote(`${viewOf(names)}_${on}`)
  const branch = literal(names.branch ?? '')
  const turn = (owner: string): string => `session_id = ${owner}.session_id AND branch_id = ${branch}`
  return `
  CREATE TEMP VIEW ${view} AS
    SELECT structure.id AS id, structure.sequence_number AS place, structure.user_turn_number AS turn, structure.message_id AS message_id,
      structure.session_id AS session_id, message.message_data AS message_data, message.created_at AS created_at
    FROM message_structure AS structure JOIN ${messages} AS message ON message.id = structure.message_id
    WHERE structure.branch_id = ${branch};

  CREATE TEMP TRIGGER ${trigger('insert')} INSTEAD OF INSERT ON ${view} BEGIN
    INSERT OR IGNORE INTO branch_reservations (session_id, branch_id) VALUES (NEW.session_id, ${branch});
    INSERT INTO ${messages} (session_id, message_data, created_at) VALUES (NEW.session_id, NEW.message_data, NEW.created_at);
    INSERT INTO message_structure
      (session_id, message_id, branch_id, message_type, sequence_number, user_turn_number, branch_turn_number, tool_name, created_at)
    SELECT NEW.session_id, last_insert_rowid(), ${branch}, ${messageType},
      (SELECT ifnull(max(sequence_number), 0) + 1 FROM message_structure WHERE session_id = NEW.session_id),
      (SELECT ifnull(max(user_turn_number), 0) FROM message_structure WHERE ${turn('NEW')}) + (role IS 'user'),
      (SELECT ifnull(max(branch_turn_number), 0) FROM message_structure WHERE ${turn('NEW')}) + (role IS 'user'),
      ${toolName}, NEW.created_at
    FROM (SELECT ${fields('role', 'type', 'name', 'namespace', 'server_label')}, json_type(item, '$.server_label') AS label_type
      FROM (SELECT CASE json_error_position(NEW.message_data) WHEN 0 THEN NEW.message_data ELSE '{}' END AS item));
  END;

  -- A message is in the branches that were made from the one in which it was said, too.
  CREATE TEMP TRIGGER ${trigger('delete')} INSTEAD OF DELETE ON ${view} BEGIN
    INSERT OR IGNORE INTO branch_reservations (session_id, branch_id) VALUES (OLD.session_id, ${branch});
    DELETE FROM message_structure WHERE id = OLD.id;
    DELETE FROM ${messages} WHERE id = OLD.message_id
      AND NOT EXISTS (SELECT 1 FROM message_structure WHERE message_id = OLD.message_id);
    DELETE FROM turn_usage WHERE ${turn('OLD')} AND user_turn_number = OLD.turn
      AND NOT EXISTS (SELECT 1 FROM message_structure WHERE ${turn('OLD')} AND user_turn_number = OLD.turn);
  END;

  CREATE TEMP TRIGGER ${trigger('update')} INSTEAD OF UPDATE OF message_data ON ${view} BEGIN
    UPDATE ${messages} SET message_data = NEW.message_data WHERE id = OLD.message_id;
  END;`
}

function fields(...names: string[]): string {
  return names.map((name) => `json_extract(item, '$.${name}') AS ${name}`).join(', ')
}

/** What Python's class makes of an item for its table (0.22.0, `_classify_message_type`). */
const messageType = `CASE WHEN role IN ('user', 'assistant') THEN role ELSE ifnull(nullif(type, ''), 'other') END`

/** And for the name of its tool (`_extract_tool_name`). */
const toolName = `CASE
        WHEN type IN ('mcp_call', 'mcp_approval_request') AND label_type IS NOT NULL
          THEN coalesce(nullif(server_label, '') || '.' || nullif(name, ''), nullif(server_label, ''), nullif(name, ''))
        WHEN type IN ('tool_search_call', 'tool_search_output') THEN 'tool_search'
        WHEN type IN ('computer_call', 'file_search_call', 'web_search_call', 'code_interpreter_call') THEN type
        WHEN name <> '' AND nullif(namespace, '') <> name THEN namespace || '.' || name
        ELSE name END`
