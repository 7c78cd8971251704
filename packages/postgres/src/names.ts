// Names as PostgreSQL takes them: identifiers in quotes, channels and keys that no text of a program can break out of.
// Place: bus -> **names** -> link -> PostgreSQL
// Rules: different texts never get the same name; names are printable ASCII, whatever the encoding of the database is; what
//        is too long, or not plain, is named by its digest, which begins with a letter that plain names never begin with.
// Source: PostgreSQL documentation, "Lexical Structure": identifiers have at most 63 bytes, and a quote is doubled

/** What an identifier may have at most, in bytes; PostgreSQL cuts longer ones off without a word. */
export const MAX_IDENTIFIER_BYTES = 63;

const PLAIN = /^[\x20-\x7d]*$/;
const DIGESTED = "~";
const DIGEST_LENGTH = 43;
const PREFIX = /^[A-Za-z0-9_-]+$/;

/** What a prefix of channels may have at most: the mark of a kind and a digest follow it. */
export const MAX_PREFIX_LENGTH: number = MAX_IDENTIFIER_BYTES - DIGEST_LENGTH - 2;

/** Whether channels may begin with a text. */
export function isChannelPrefix(text: string): boolean {
  return PREFIX.test(text) && text.length <= MAX_PREFIX_LENGTH;
}

/**
 * Puts a name into quotes, as LISTEN and CREATE want it, which take no parameters.
 * @throws TypeError for what no identifier can be.
 */
export function quoteIdentifier(name: string): string {
  const isTooLong = new TextEncoder().encode(name).byteLength > MAX_IDENTIFIER_BYTES;
  if (name === "" || name.includes("\0") || isTooLong) {
    const rule = `a name has 1 to ${MAX_IDENTIFIER_BYTES} bytes, and no zero byte`;
    throw new TypeError(`Cannot use ${JSON.stringify(name)} as a name in PostgreSQL: ${rule}`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A text as it is where it is plain and short, its digest otherwise.
 * @param maxLength how long it may be, at least 44.
 */
export function plainName(text: string, maxLength: number, digest: (text: string) => string): string {
  // As JSON, since a lone half of a pair of code units would lose itself on the way to bytes.
  return PLAIN.test(text) && text.length <= maxLength ? text : DIGESTED + digest(JSON.stringify(text));
}

/** How long a key in a table may be, besides its prefix; an index takes no more than about 2700 bytes. */
const MAX_KEY_LENGTH = 500;

/** What a topic or a key is called in a table: tenants with other prefixes may share the tables, and see nothing of it. */
export function keyName(prefix: string, text: string, digest: (text: string) => string): string {
  return `${prefix}:${plainName(text, MAX_KEY_LENGTH, digest)}`;
}

/** What a channel is for: messages to a topic, or what is appended to the log of a topic. */
export type ChannelKind = "topic" | "log";

const MARKS = { topic: ".", log: "=" } as const satisfies Record<ChannelKind, string>;

/** The channel of a topic. */
export function channelName(
  prefix: string,
  kind: ChannelKind,
  topic: string,
  digest: (text: string) => string,
): string {
  const head = prefix + MARKS[kind];
  return head + plainName(topic, MAX_IDENTIFIER_BYTES - head.length, digest);
}
