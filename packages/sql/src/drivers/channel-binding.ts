/** What is used of the module of pg. */
interface PgModule {
  Client: new (config: object) => { connection: PgConnection }
}

interface PgConnection {
  readonly stream: { destroy(): void }
  emit(event: 'error', error: Error): unknown
  on(event: string, listener: (message: { mechanisms?: readonly string[] }) => void): unknown
}

/** The mechanism that binds the proof of the password to the TLS connection (RFC 5802, section 6; RFC 7677). */
const bound = 'SCRAM-SHA-256-PLUS'
/** What a server asks for that wants no proof which could be bound. */
const unbound = [
  'authenticationOk',
  'authenticationCleartextPassword',
  'authenticationMD5Password',
  'authenticationGSSContinue',
]

/**
 * The same driver, whose clients accept a server only by a password whose proof is bound to the connection: what libpq's
 * `channel_binding=require` asks for. Nobody in between can pass such a proof on.
 */
export function requireChannelBinding(pg: object): object {
  const { Client } = pg as PgModule
  class BoundClient extends Client {
    constructor(config: object) {
      super({ ...config, enableChannelBinding: true })
      const { connection } = this
      let isBound = false
      const refuse = (): void => {
        if (isBound) return
        const error = new Error('The server does not offer channel binding, which the url requires.')
        // At once: the server may have said already that all is well.
        connection.emit('error', Object.assign(error, { code: 'ERR_TLS_CHANNEL_BINDING' }))
        connection.stream.destroy()
      }
      connection.on('authenticationSASL', ({ mechanisms = [] }) => {
        isBound = mechanisms.includes(bound)
        refuse()
      })
      for (const event of unbound) connection.on(event, refuse)
    }
  }
  return Object.create(pg, { Client: { value: BoundClient, enumerable: true } })
}
