/** Who speaks, or what an item is. */
export type Speaker = 'user' | 'assistant' | 'system' | 'reasoning' | 'call' | 'result' | 'other'

/** An item of whichever SDK. */
export type Fields = Readonly<Record<string, unknown>>

/** What an item is, without what it says. */
export interface ItemKind {
  speaker: Speaker
  /** Beside the speaker: the name of a tool, the type of an item. */
  title: string
  /** Of a call and of its result. */
  callId?: string
}

const roles: Readonly<Record<string, Speaker>> = {
  user: 'user',
  assistant: 'assistant',
  system: 'system',
  developer: 'system',
}

/** Of items of the SDK for TypeScript, of Python's, and of any other. */
export function itemKind(fields: Fields): ItemKind {
  const { type, role } = fields
  const kind = typeof type === 'string' ? type : ''
  if (isMessage(fields)) {
    const name = role as string
    return { speaker: roles[name] ?? 'other', title: roles[name] === undefined || name === 'developer' ? name : '' }
  }
  if (kind === 'reasoning') return { speaker: 'reasoning', title: '' }
  if (/_(result|output)$/.test(kind)) return { speaker: 'result', title: nameOf(fields, ''), ...call(fields) }
  if (/_call$/.test(kind)) return { speaker: 'call', title: nameOf(fields, kind), ...call(fields) }
  return { speaker: 'other', title: kind }
}

/** Whether it is something that somebody said. */
export function isMessage({ type, role }: Fields): boolean {
  return typeof role === 'string' && (typeof type !== 'string' || type === '' || type === 'message')
}

function call({ callId, call_id: other, id }: Fields): { callId?: string } {
  const found = [callId, other, id].find((value) => typeof value === 'string')
  return found === undefined ? {} : { callId: found as string }
}

function nameOf({ name }: Fields, kind: string): string {
  return typeof name === 'string' && name !== '' ? name : kind.replace(/_call$/, '')
}
