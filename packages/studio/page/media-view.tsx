import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useContext, useEffect } from 'preact/hooks'
import { size } from './format.ts'
import { isData, type Media } from './media.ts'
import { saveFile } from './save-file.ts'
import { WholeEntry } from './whole-entry.ts'

/** A picture, a sound, or a file that can be saved. What lies elsewhere is named, and not fetched. */
export function MediaView({ media }: { media: Media }): JSX.Element {
  const { kind, data, isCut } = media
  const about = visibleLine(media.about.slice(0, 300))
  const loadWhole = useContext(WholeEntry)
  useEffect(() => {
    if (isCut) loadWhole()
  }, [isCut])
  if (isCut) return <p class="note">Loading {kind === 'audio' ? 'a sound' : `the ${kind}`} …</p>
  if (data === undefined)
    return <p class="note">{`${kind}${about === '' ? '' : `: ${about}`} (not in the history, not fetched)`}</p>
  if (kind === 'image' && isData(data, 'image')) {
    return (
      <figure>
        <img src={data} alt={about === '' ? 'Image of this conversation' : about} loading="lazy" />
        {about !== '' && <figcaption>{about}</figcaption>}
      </figure>
    )
  }
  if (kind === 'audio' && isData(data, 'audio')) {
    return (
      <figure>
        {/* biome-ignore lint/a11y/useMediaCaption: a history has the transcript as text beside it, where there is one */}
        <audio controls src={data} aria-label={about === '' ? 'Sound of this conversation' : about} />
      </figure>
    )
  }
  return <SavedFile data={data} name={about === '' ? kind : about} />
}

/** Saved as bytes of no type, so that nothing opens it as a page. */
function SavedFile({ data, name }: { data: string; name: string }): JSX.Element {
  const save = (): void => {
    saveFile(new Blob([bytesOf(data)], { type: 'application/octet-stream' }), name)
  }
  return (
    <p class="note">
      {`file ${name}, ${size(data.length)} `}
      <button type="button" onClick={save}>
        Save
      </button>
    </p>
  )
}

function bytesOf(url: string): Uint8Array<ArrayBuffer> {
  const at = url.indexOf(',')
  const body = url.slice(at + 1)
  if (!/;base64$/i.test(url.slice(0, at))) return new TextEncoder().encode(body)
  try {
    return Uint8Array.from(atob(body), (character) => character.charCodeAt(0))
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    return new TextEncoder().encode(body)
  }
}
