/** Codes of Node and OpenSSL (https://nodejs.org/api/tls.html#x509-certificate-error-codes) for what fails again the next time. */
const codes =
  /^(ERR_(TLS|SSL|OSSL)_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH)/

/** Node's words where the other side hangs up on a handshake, as a server without TLS does. */
const hungUp = /before secure TLS connection was established/

/** Whether there is no connection because TLS did not come about, or the server is not known to be the one. */
export function isTLSFailure(error: unknown): boolean {
  const { code, message, originalError } = error as { code?: unknown; message?: unknown; originalError?: unknown }
  if (typeof code === 'string' && codes.test(code)) return true
  if (typeof message === 'string' && hungUp.test(message)) return true
  return originalError instanceof Error && isTLSFailure(originalError)
}
