// Topics and keys as one token of a subject, whatever is in them.
// Place: bus -> **subjects** -> NATS
// Rules: different texts never get the same token; a token has no dot, no wildcard and no space, so that a room called ">"
//        hears nobody else's messages; what is too long is named by its digest.
// Source: NATS documentation, "Subject-Based Messaging"

/** What a token may have; a line of the protocol has 4096 bytes, and names of streams 255. */
const MAX_TOKEN_LENGTH = 180;
const PREFIX = /^[A-Za-z0-9_-]{1,32}$/;
const ESCAPE = "=";

/** Whether subjects may begin with a text. */
export function isPrefix(text: string): boolean {
  return PREFIX.test(text);
}

/** @throws TypeError for a prefix that would be more than one token. */
export function checkPrefix(prefix: string): void {
  if (isPrefix(prefix)) return;
  const rule = 'it has 1 to 32 letters, digits, "_" and "-"';
  throw new TypeError(`Cannot use the prefix ${JSON.stringify(prefix)}: ${rule}`);
}

function escapeUnit(unit: string): string {
  const code = unit.charCodeAt(0).toString(16);
  // Two digits, or a letter that is no digit and four of them: nothing reads in two ways.
  return code.length <= 2 ? ESCAPE + code.padStart(2, "0") : `${ESCAPE}u${code.padStart(4, "0")}`;
}

/** A text as one token. */
export function tokenOf(text: string, digest: (text: string) => string): string {
  const token = text.replaceAll(/[^A-Za-z0-9_-]/g, escapeUnit);
  if (text === "") return `${ESCAPE}e`;
  // Code units one by one, since a lone half of a pair would lose itself on the way to bytes.
  return token.length <= MAX_TOKEN_LENGTH ? token : `${ESCAPE}h${digest(JSON.stringify(text))}`;
}
