import { BadRequestException, Body, Controller, Get, Param, Post } from '@nestjs/common'
import { Agent, type AgentInputItem, type Runner } from '@openai/agents'
import { Conversations } from './conversations'
import { runner } from './runner'

@Controller('chat')
export class ChatController {
  readonly #agent = new Agent({ name: 'Assistant', instructions: 'Answer in one or two short sentences.' })
  readonly #runner: Runner = runner()

  constructor(private readonly conversations: Conversations) {}

  @Post(':id')
  async ask(@Param('id') id: string, @Body('message') message: unknown): Promise<{ answer: string | undefined }> {
    if (typeof message !== 'string' || message === '') throw new BadRequestException()
    // One run at a time; while an answer is under way, the next message is told 409.
    const { finalOutput } = await this.conversations
      .session(id)
      .exclusive(({ session, signal }) => this.#runner.run(this.#agent, message, { session, signal }), {
        whenBusy: 'reject',
      })
    return { answer: finalOutput }
  }

  @Get(':id')
  async history(@Param('id') id: string): Promise<AgentInputItem[]> {
    return await this.conversations.session(id).getItems(100)
  }
}
