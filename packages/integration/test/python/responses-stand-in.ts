import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { refusalOf } from './input-fields.ts'

/** A local HTTP server that takes what the Responses API takes, refuses what it refuses, and answers what it was told. */
export interface StandIn {
  readonly baseURL: string
  /** The inputs that were accepted, oldest first. */
  readonly inputs: object[][]
  /** What the model says in its next answers. */
  readonly answers: object[][]
  close(): Promise<void>
}

export async function startStandIn(): Promise<StandIn> {
  const inputs: object[][] = []
  const answers: object[][] = []
  const server = createServer(async (request, response) => {
    const { input } = (await json(request)) as { input: object[] }
    const message = request.url === '/v1/responses' ? refusalOf(input) : `No such place: ${request.url}`
    const status = message === undefined ? 200 : 400
    if (message === undefined) inputs.push(input)
    const body = message === undefined ? answer(inputs.length, answers.shift() ?? []) : { error: { message } }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    inputs,
    answers,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answer(count: number, output: object[]): object {
  const usage = {
    input_tokens: 1,
    output_tokens: 1,
    total_tokens: 2,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  }
  return { id: `resp_${count}`, object: 'response', created_at: 0, status: 'completed', model: 'm', output, usage }
}
