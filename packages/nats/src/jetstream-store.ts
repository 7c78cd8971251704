// The store in JetStream: one stream that keeps the last message of each subject, which is a key.
// Place: cluster -> bus (**store**) -> link -> JetStream
// Rules: a key is written only where nobody else has written it since it was read, by the number of its last message: of two
//        takers one is told to look again, and finds nothing. When a value is out of date the nodes' clocks decide, which
//        should not be seconds apart; JetStream forgets it later.

import type { BusStore } from "@bowline/adapter/cluster";
import { findStream } from "./find-stream.ts";
import type { LogHost } from "./jetstream-log.ts";
import { type KeepingOptions, toNanos } from "./jetstream-options.ts";
import { codeOf, JetStreamCode } from "./jetstream-types.ts";
import { type KeptValue, readValue, writeValue } from "./kept-value.ts";
import { tokenOf } from "./subjects.ts";

/** How often one key is tried: each time somebody else has written it, and so got further. */
const MAX_ATTEMPTS = 50;

/** What becomes of a key; `answer` is what the caller gets. */
interface Change<Answer> {
  readonly answer: Answer;
  /** What is written; undefined where everything stays. */
  readonly next: KeptValue | undefined;
}

/** Makes the store of a bus. */
export function createJetStreamStore(host: LogHost, options: KeepingOptions): BusStore {
  const { jetstream, link, prefix, surroundings } = host;
  const stream = `${prefix}-store`;
  let found: Promise<unknown> | undefined;

  /** The stream is made when it is first asked for, and looked for again when something was amiss. */
  async function find(): Promise<void> {
    found ??= findStream(jetstream.manager, {
      name: stream,
      subjects: [`${prefix}.s.*`],
      storage: options.storage,
      num_replicas: options.replicas,
      max_age: toNanos(options.storeMaxAgeMs),
      max_msgs_per_subject: 1,
    });
    await found;
  }

  async function attempt<Answer>(
    subject: string,
    change: (kept: KeptValue | undefined) => Change<Answer>,
  ): Promise<{ readonly answer: Answer } | "overtaken"> {
    const message = await jetstream.manager.streams.getMessage(stream, { last_by_subj: subject });
    const kept = message === null ? undefined : readValue(message.data);
    const { answer, next } = change(
      kept !== undefined && kept.expiresAtMs > surroundings.wallTimeMs() ? kept : undefined,
    );
    if (next === undefined) return { answer };
    try {
      await jetstream.client.publish(subject, writeValue(next), { expect: { lastSubjectSequence: message?.seq ?? 0 } });
      return { answer };
    } catch (error) {
      const code = codeOf(error);
      const isOvertaken =
        code === JetStreamCode.WRONG_LAST_SEQUENCE || code === JetStreamCode.WRONG_LAST_SEQUENCE_UNKNOWN;
      if (isOvertaken) return "overtaken";
      throw error;
    }
  }

  async function update<Answer>(
    what: string,
    key: string,
    change: (kept: KeptValue | undefined) => Change<Answer>,
  ): Promise<Answer> {
    const subject = `${prefix}.s.${tokenOf(key, surroundings.digest)}`;
    link.check(what);
    try {
      await link.answer(what, find());
      for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
        const result = await link.answer(what, attempt(subject, change));
        if (result !== "overtaken") return result.answer;
      }
    } catch (error) {
      found = undefined;
      throw error;
    }
    throw new Error(`Cannot ${what}: others have written it ${MAX_ATTEMPTS} times meanwhile`);
  }

  /** Raises the fence of a value, for one caller alone; what is taken is no longer there. */
  function claim(how: "take" | "claim", key: string): ReturnType<BusStore["take"]> {
    return update(`${how} "${key}"`, key, (kept) => {
      if (kept?.value === undefined) return { answer: undefined, next: undefined };
      const fence = kept.fence + 1;
      const value = how === "take" ? undefined : kept.value;
      return { answer: { value: kept.value, fence }, next: { ...kept, value, fence } };
    });
  }

  return {
    async put(key, value, fence, ttlMs) {
      if (ttlMs > options.storeMaxAgeMs) {
        const limit = `the option storeMaxAgeMs allows ${options.storeMaxAgeMs}`;
        throw new RangeError(`Cannot keep "${key}" for ${ttlMs} ms: ${limit}`);
      }
      const bytes = new Uint8Array(value);
      const expiresAtMs = surroundings.wallTimeMs() + ttlMs;
      await update(`keep "${key}"`, key, (kept) => ({
        answer: undefined,
        next: kept !== undefined && kept.fence > fence ? undefined : { value: bytes, fence, expiresAtMs },
      }));
    },
    take: (key) => claim("take", key),
    claim: (key) => claim("claim", key),
    drop: (key, fence) =>
      update(`drop "${key}"`, key, (kept) => ({
        answer: undefined,
        next: kept?.value === undefined || kept.fence > fence ? undefined : { ...kept, value: undefined },
      })),
  };
}
