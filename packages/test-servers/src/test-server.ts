/** A server that a test has asked for. */
export interface TestServer extends AsyncDisposable {
  /** Leads to it with all rights. */
  readonly url: string
  /** Ends it and removes what it has stored. */
  stop(): Promise<void>
}

/** How a test wants its server. */
export interface ServerOptions {
  /** One that nobody else uses and that can be killed: never the one that the environment names. */
  own?: boolean
  /** Settings of the server besides its defaults, under its own names. They imply `own`. */
  settings?: Readonly<Record<string, string>>
}
