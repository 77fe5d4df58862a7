/**
 * What a store may offer beyond the records of its sessions: `entries` for `page`, `turns`, `rewind`, `watch` and forks from an entry,
 * `leases` for `exclusive`, `restore` for copying and importing.
 */
export type Offer = 'entries' | 'leases' | 'restore'
