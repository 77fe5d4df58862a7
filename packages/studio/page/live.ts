import { useEffect } from 'preact/hooks'
import type { LiveEvent } from '../src/shared/api.ts'
import { address } from './api.ts'

/** Hears what happens to a session, from an entry on, until another one is shown. */
export function useLive(
  sessionId: string,
  after: string | undefined,
  isReady: boolean,
  onEvent: (event: LiveEvent) => void,
): void {
  useEffect(() => {
    if (!isReady) return
    const source = new EventSource(address('events', { id: sessionId, after }))
    source.onmessage = ({ data }: MessageEvent<string>) => onEvent(JSON.parse(data) as LiveEvent)
    return () => source.close()
    // Where it began stays: what was added since is told as it comes.
  }, [sessionId, isReady])
}
