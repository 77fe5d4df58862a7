// The chat of express.ts with NestJS, in CommonJS as `nest new` makes it.
//   npm install && npm run build && npm start
//   curl localhost:3000/chat/ada -H 'content-type: application/json' -d '{"message": "My name is Ada."}'
import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ChatController } from './chat-controller'
import { Conversations } from './conversations'
import { Failures } from './failures-filter'

@Module({ controllers: [ChatController], providers: [Conversations] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] })
  app.useGlobalFilters(new Failures())
  app.enableShutdownHooks() // at SIGTERM: no new requests, then those under way, then the store
  await app.listen(process.env.PORT ?? 3000)
  console.log(`Listening on ${await app.getUrl()}`)
}
void main()
