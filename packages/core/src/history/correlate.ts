interface Linked {
  type?: unknown
  role?: unknown
  name?: unknown
  id?: unknown
  callId?: unknown
  call_id?: unknown
  execution?: unknown
  providerData?: {
    id?: unknown
    type?: unknown
    call_id?: unknown
    approval_request_id?: unknown
    execution?: unknown
  } | null
}

/** What a user or a system says: no output of a model belongs to it. */
export function isInput(item: object): boolean {
  const { role } = item as Linked
  return role === 'user' || role === 'system'
}

/**
 * Which item answers which: pairs of indexes, the call first. The rules are those of the Agents SDK 0.20.0
 * (`runner/toolResultCorrelation`): by call id for tools, by the request's id for approvals of hosted MCP tools; a tool
 * search without an id is answered in its turn. A reused id belongs to the latest call before the result.
 */
export function correlate(items: readonly object[]): [call: number, result: number][] {
  const calls = new Map<string, number>()
  const searches: number[] = []
  const pairs: [number, number][] = []
  for (const [index, item] of items.entries()) {
    const { type, execution, providerData } = item as Linked
    if (type === 'tool_search_call' && execution !== 'server' && providerData?.execution !== 'server')
      searches.push(index)
    const call = callKey(item)
    if (call !== undefined) calls.set(call, index)
    const result = resultKey(item)
    const answered = result === undefined ? undefined : calls.get(result)
    if (answered !== undefined) {
      pairs.push([answered, index])
      if (searches.includes(answered)) searches.splice(searches.indexOf(answered), 1)
    } else if (type === 'tool_search_output' && result === undefined) {
      const first = searches.shift()
      if (first !== undefined) pairs.push([first, index])
    }
  }
  return pairs
}

/** Where results stand whose call is nowhere before them. */
export function loneResults(items: readonly object[]): number[] {
  const answers = new Set(correlate(items).map(([, result]) => result))
  return items.flatMap((item, index) => (resultKey(item) === undefined || answers.has(index) ? [] : [index]))
}

function callKey(item: Linked): string | undefined {
  if (item.type === 'hosted_tool_call') {
    const isRequest = item.name === 'mcp_approval_request' || item.providerData?.type === 'mcp_approval_request'
    return isRequest ? key('approval', item.providerData?.id ?? item.id) : undefined
  }
  return isResult(item) ? undefined : key('call', callId(item))
}

function resultKey(item: Linked): string | undefined {
  if (item.type === 'hosted_tool_call') {
    return item.name === 'mcp_approval_response' ? key('approval', item.providerData?.approval_request_id) : undefined
  }
  return isResult(item) ? key('call', callId(item)) : undefined
}

function callId({ callId, call_id, providerData }: Linked): unknown {
  return callId ?? call_id ?? providerData?.call_id
}

/** What answers a call. */
export function isResult(item: object): boolean {
  const { type } = item as Linked
  return typeof type === 'string' && (type.endsWith('_result') || type.endsWith('_output'))
}

function key(kind: string, id: unknown): string | undefined {
  return typeof id === 'string' ? `${kind} ${id}` : undefined
}
