// Names of topics as Redis can have them.
// Place: bus -> **name of a channel or key** -> client of Redis -> Redis
// Rules: what is no text in UTF-8 (half of a pair of code units, in the name of a room) would come back as another name; each
//        name has one of its own.

const HALF = /\p{Surrogate}/u;
const HALVES = new RegExp(HALF, "gu");

/** The name of a topic's channel. */
export function channelNameOf(topic: string): string {
  // Hardly any has one, and each message names its channel.
  if (!HALF.test(topic)) return topic;
  return topic.replaceAll(HALVES, (half) => `\ufffd${half.charCodeAt(0).toString(16)}`);
}
