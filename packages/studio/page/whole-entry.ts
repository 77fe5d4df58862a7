import { createContext } from 'preact'

/** For what is shown of an entry of which something was cut: asks for the whole. */
export const WholeEntry = createContext<() => void>(() => {})
