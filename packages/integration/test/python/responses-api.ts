import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { refusalOf } from './strict-input.ts'

/** A stand-in for the Responses API: as strict about what is sent, with answers that the test gives. */
export interface ResponsesAPI extends AsyncDisposable {
  readonly url: string
  /** The `input` of each request, in order. */
  readonly inputs: object[][]
  /** What the model answers, one list of items a request. */
  readonly answers: object[][]
}

export async function startResponsesAPI(): Promise<ResponsesAPI> {
  const inputs: object[][] = []
  const answers: object[][] = []
  const server = createServer(async (request, response) => {
    const { input } = JSON.parse(await bodyOf(request))
    inputs.push(input)
    const message = refusalOf(input)
    response.writeHead(message === undefined ? 200 : 400, { 'content-type': 'application/json' })
    response.end(JSON.stringify(message === undefined ? responseOf(answers.shift() ?? []) : { error: { message } }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}/v1`,
    inputs,
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}

function responseOf(output: readonly object[]): object {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'm',
    output,
    usage: {
      input_tokens: 1,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2,
    },
  }
}
