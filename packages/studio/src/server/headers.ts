import type { MiddlewareHandler } from 'hono'

/**
 * What the page may do: run and show what this server has, show pictures and sound that it was given, and ask this server. No inline
 * script or style, no frame, no form, nothing from elsewhere; strings become no markup (Trusted Types without a policy).
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data: blob:',
  'media-src data: blob:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const always: Readonly<Record<string, string>> = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

/** On every answer, refusals too. */
export const headers: MiddlewareHandler = async (context, next) => {
  await next()
  for (const [name, value] of Object.entries(always)) context.res.headers.set(name, value)
}
