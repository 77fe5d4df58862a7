// biome-ignore-all lint/suspicious/noTsIgnore: an error is expected only where the platform's types are absent
/** @ts-ignore `AbortSignal` is of the library of the DOM and of Node's types: where neither is there, it is `any`. */
export type Signal = AbortSignal
