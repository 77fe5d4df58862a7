export type { RedisSessionOptions, RedisStoreOptions } from './options.ts'
export type {
  RedisClient,
  RedisClusterClient,
  RedisCommandOptions,
  RedisPoolClient,
  RedisSentinelClient,
  RedisSingleClient,
} from './redis-client.ts'
export { RedisSession } from './redis-session.ts'
export { RedisStore } from './redis-store.ts'
