// Names of topics as Redis can have them.
// Place: bus -> **name of a channel or key** -> client of Redis -> Redis
// Rules: what is no text in UTF-8 (half of a pair of code units, in the name of a room) would come back as another name; each
//        name has one of its own.

const HALVES = /\p{Surrogate}/gu;

/** The name of a topic's channel. */
export function channelNameOf(topic: string): string {
  return topic.replaceAll(HALVES, (half) => `\ufffd${half.charCodeAt(0).toString(16)}`);
}
