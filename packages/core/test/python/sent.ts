type Fields = Record<string, unknown>

/** Names that neither SDK knows, or that both take off. */
const unclear = new Set(['input_audio', 'new_field', 'provider_data', '$python', '_agents_tool_title', '__proto__'])

/** Of the names with capitals, which the JavaScript SDK writes otherwise, those that it knows. */
const capitals = new Set(
  [
    'callId callerId providerData functionName deferLoading exitCode maxOutputLength timeoutMs moveTo mediaType fileId',
    'rawContent toolSearchAgentName promptCacheBreakpoint',
  ].flatMap((names) => names.split(' ')),
)

const places = ['image_url', 'file_id', 'file_url', 'file_data']

/** An item that both SDKs send, each in its way: without what either refuses, renames, or takes for one of several things. */
export function cleared(item: object): object {
  const { type, name, providerData: kept, ...rest } = clearedValue(item, false) as Fields & { providerData?: Fields }
  const isOtherTool = type === 'hosted_tool_call' && kept?.type !== undefined && kept.type !== name
  return {
    ...rest,
    ...(type !== undefined && { type }),
    ...(name !== undefined && { name }),
    ...(kept !== undefined && { providerData: isOtherTool ? { ...kept, type: name } : kept }),
  }
}

function clearedValue(value: unknown, isKept: boolean): unknown {
  if (value instanceof Uint8Array) return isKept ? 'bytes' : value
  if (Array.isArray(value)) return value.map((element) => clearedValue(element, isKept))
  if (typeof value !== 'object' || value === null) return value
  const place = places.find((name) => typeof (value as Fields)[name] === 'string')
  const entries = Object.entries(value).filter(
    ([name, inner]) =>
      (capitals.has(name) || /^[a-z_$]+$/.test(name)) &&
      !unclear.has(name) &&
      !(name === 'providerData' && (typeof inner !== 'object' || Array.isArray(inner))) &&
      !(places.includes(name) && name !== place && typeof inner === 'string'),
  )
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, clearedValue(inner, isKept || name === 'providerData')]),
  )
}

/** An item without what means the same whether it is there or not, and with what the JavaScript SDK takes for granted. */
export function asSent(item: object): object {
  const { type, ...given } = withoutNulls(JSON.parse(JSON.stringify(item))) as Fields
  const sent: Fields = { ...given, ...(type !== 'message' && type !== undefined && { type }) }
  switch (type ?? sent.role) {
    case 'message':
    case 'assistant': {
      if (sent.role !== 'assistant') return sent
      const { content, status = 'completed' } = sent
      return {
        ...sent,
        status,
        content: typeof content === 'string' ? [{ type: 'output_text', text: content, annotations: [] }] : content,
      }
    }
    case 'function_call_output': {
      const { name: _, namespace: __, status = 'completed', output, ...rest } = sent
      return { ...rest, status, output: Array.isArray(output) ? output.map(outputPart) : output }
    }
    case 'computer_call':
    case 'computer_call_output': {
      const {
        pending_safety_checks: pending = [],
        acknowledged_safety_checks: known = [],
        actions,
        action,
        ...rest
      } = sent
      return { ...rest, pending, known, actions: actions ?? [action] }
    }
    case 'code_interpreter_call':
      return { code: '', outputs: [], ...sent }
    case 'shell_call':
    case 'apply_patch_call':
      return { status: 'in_progress', ...sent }
    // What the tool gave is sent by Python only, and by the JavaScript SDK where it came from Python.
    case 'mcp_call':
    case 'image_generation_call': {
      const { output: _, result: __, ...rest } = sent
      return rest
    }
    default:
      return sent
  }
}

/** In an output the JavaScript SDK sends what it needs only. */
function outputPart({ prompt_cache_breakpoint: _, ...part }: Fields): Fields {
  return part
}

/** What Python's runner and model send of an item that they read (0.22.0). */
export function sentByPython(item: object): object {
  const { _agents_tool_title: _, _agents_tool_description: __, created_by: ___, ...sent } = asSent(item) as Fields
  if (sent.id === '__fake_id__') delete sent.id
  return sent
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(
    ([name, inner]) => inner !== null && !(name === 'filename' && inner === ''),
  )
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutNulls(inner)]))
}
