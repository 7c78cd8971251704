// Finds a stream, or makes it.
// Place: log, store -> **streams** -> JetStream
// Rules: nodes that begin at the same time make it once; one that exists with other limits stays as it is.

import {
  codeOf,
  JetStreamCode,
  type JetStreamManager,
  type StreamFacts,
  type StreamWishes,
} from "./jetstream-types.ts";

/** What a stream says of itself, once it is there. */
export async function findStream({ streams }: JetStreamManager, wishes: StreamWishes): Promise<StreamFacts> {
  try {
    return await streams.info(wishes.name);
  } catch (error) {
    if (codeOf(error) !== JetStreamCode.STREAM_NOT_FOUND) throw error;
  }
  try {
    return await streams.add(wishes);
  } catch (error) {
    if (codeOf(error) !== JetStreamCode.STREAM_NAME_IN_USE) throw error;
    return streams.info(wishes.name);
  }
}
