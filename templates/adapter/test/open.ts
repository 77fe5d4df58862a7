import { TemplateStore, type TemplateStoreOptions } from '@sessions/template'

/** What the kit's child processes open. */
export function openStore(options: TemplateStoreOptions): TemplateStore {
  return new TemplateStore(options)
}
