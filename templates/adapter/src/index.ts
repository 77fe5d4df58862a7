export type { TemplateSessionOptions, TemplateStoreOptions } from './options.ts'
export { TemplateSession } from './template-session.ts'
export { TemplateStore } from './template-store.ts'
