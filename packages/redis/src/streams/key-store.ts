// A store whose values are keys of Redis that expire, each with its fence beside the value.
// Place: cluster adapter -> streams bus (**store**) -> command line -> Redis
// Rules: what compares a fence and changes a key is one script, which nothing comes between; a value that was taken or
//        dropped leaves its fence behind for as long as it would have lived.

import type { BusStore } from "@bowline/adapter/cluster";
import { type Commands, listIn } from "./command-line.ts";

const PUT = `
local fence = tonumber(redis.call('HGET', KEYS[1], 'f') or '0')
if tonumber(ARGV[2]) < fence then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[1], 'f', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

const CLAIM = `
local value = redis.call('HGET', KEYS[1], 'v')
if not value then return false end
if ARGV[1] == 'take' then redis.call('HDEL', KEYS[1], 'v') end
return {value, redis.call('HINCRBY', KEYS[1], 'f', 1)}`;

const DROP = `
local fence = tonumber(redis.call('HGET', KEYS[1], 'f') or '0')
if tonumber(ARGV[1]) < fence then return 0 end
return redis.call('HDEL', KEYS[1], 'v')`;

/** Keys that expire, as a store. */
export class KeyStore implements BusStore {
  readonly #commands: Commands;

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  async put(key: string, value: Uint8Array, fence: number, ttlMs: number): Promise<void> {
    // Redis takes no time below a millisecond.
    const ttl = String(Math.max(1, Math.ceil(ttlMs)));
    await this.#commands.send(key, "EVAL", PUT, "1", key, value, String(fence), ttl);
  }

  take(key: string): Promise<{ readonly value: Uint8Array; readonly fence: number } | undefined> {
    return this.#claim(key, "take");
  }

  claim(key: string): Promise<{ readonly value: Uint8Array; readonly fence: number } | undefined> {
    return this.#claim(key, "claim");
  }

  async drop(key: string, fence: number): Promise<void> {
    await this.#commands.send(key, "EVAL", DROP, "1", key, String(fence));
  }

  async #claim(key: string, how: "take" | "claim"): ReturnType<BusStore["take"]> {
    const [value, fence] = listIn(await this.#commands.send(key, "EVAL", CLAIM, "1", key, how));
    return value instanceof Uint8Array ? { value, fence: Number(fence) } : undefined;
  }
}
