import type { Tables } from '../tables.ts'
import type { GroupParts, TogetherAtOnce } from './dialect.ts'
import { now, settingLockTimeout } from './postgres-leases.ts'

/**
 * Appends to many sessions: to the sessions `:ids`, of whose `:records` those from `:starts` to `:ends` are each one's. Both give the
 * places, from 1 up, of those that were appended to.
 *
 * The first one waits for nobody: where a session is locked, it passes it by, so that none of a group keeps the others, and no two groups
 * can wait for each other. The second one makes sessions, in the order of their ids, and passes by those that are there already; it waits
 * only for others who are making one of them, in the same order. As in an append by itself, `clock_timestamp()` is read once a session is
 * locked, and ids are drawn after it.
 *
 * With operations, the session of one that is kept already is passed by, too. One that somebody keeps between the look and the lock is
 * there twice then: the server refuses the whole, and each is tried by itself.
 */
export function appendTogether(
  { sessions, messages, operations }: Tables,
  { notified, operation }: GroupParts,
): TogetherAtOnce<string> {
  const member = 'unnest(:ids::varchar[]) WITH ORDINALITY AS member (session_id, place)'
  const told = notified ? ', pg_notify(:channel, (:notes::text[])[place]) IS NULL AS is_silent' : ''
  // By slices, whose plan does not hang on how many a planner believes there are.
  const append = `added AS (
      INSERT INTO ${messages} (session_id, message_data, created_at)
      SELECT placed.session_id, item.record, placed.updated_at
      FROM placed CROSS JOIN LATERAL unnest((:records::text[])[(:starts::int[])[place]:(:ends::int[])[place]])
        WITH ORDINALITY AS item (record, position)
      ORDER BY placed.place, item.position
    )
    SELECT place::text AS place${told} FROM placed`
  const isKept = `SELECT 1 FROM ${operations} AS done
    WHERE done.session_id = member.session_id AND done.operation_id = (:operations::varchar[])[member.place]`
  const saved = `saved AS (
      INSERT INTO ${operations} (session_id, operation_id, fingerprint, forget_at)
      SELECT session_id, (:operations::varchar[])[place], (:fingerprints::varchar[])[place],
        updated_at + :operationMs::bigint * interval '1 millisecond' FROM placed
    ), `
  const pruned = `pruned AS (
      DELETE FROM ${operations} WHERE ctid = ANY (ARRAY(
        SELECT old.ctid FROM placed CROSS JOIN LATERAL (
          SELECT ctid FROM ${operations} WHERE session_id = placed.session_id AND forget_at <= ${now}
          ORDER BY forget_at LIMIT 2 FOR UPDATE SKIP LOCKED) AS old))
    ), `
  return {
    known: `WITH held AS MATERIALIZED (
      SELECT member.session_id, member.place FROM ${member} JOIN ${sessions} AS kept ON kept.session_id = member.session_id
      WHERE coalesce(kept.updated_at + kept.ttl_ms * INTERVAL '1 millisecond' > ${now}, true)
        ${operation ? `AND (${isKept}) IS NULL` : ''}
      ORDER BY kept.session_id FOR NO KEY UPDATE OF kept SKIP LOCKED
    ), placed AS (
      UPDATE ${sessions} AS kept
      SET updated_at = greatest(${now}, date_trunc('milliseconds', kept.updated_at) + interval '1 millisecond'),
        ttl_ms = coalesce(:ttl::bigint, kept.ttl_ms)
      FROM held WHERE kept.session_id = held.session_id
      RETURNING kept.session_id, kept.updated_at, held.place
    ), ${operation ? pruned + saved : ''}${append}`,
    unknown: `WITH made AS (
      INSERT INTO ${sessions} (session_id, created_at, updated_at, ttl_ms)
      SELECT member.session_id, setting.now, setting.now, :ttl::bigint
      FROM (SELECT ${now} AS now, ${settingLockTimeout} AS lock_timeout) AS setting CROSS JOIN ${member}
      WHERE setting.lock_timeout IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM ${sessions} AS present WHERE present.session_id = member.session_id)
      ORDER BY member.session_id
      ON CONFLICT (session_id) DO NOTHING
      RETURNING session_id, updated_at
    ), placed AS (
      SELECT session_id, updated_at, array_position(:ids::varchar[], session_id) AS place FROM made
    ), ${operation ? saved : ''}${append}`,
  }
}
