// How deep a JSON text is nested, told before it is parsed.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: linear time, no recursion; what is no JSON gets any answer, since the parser refuses it anyway.
// Source: docs/protocol/socket-5.md, "Decoding"

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// With this bit, square brackets are curly ones.
const CURLY = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The index of the quote that ends a string, or that of the text's end. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** Whether arrays and objects stand inside each other on more than `levels` levels. */
export function isNestedDeeper(json: string, levels: number): boolean {
  // Each level takes two characters, so nearly all packets are too short to be looked at.
  if (json.length <= 2 * levels) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if ((code | CURLY) === CLOSE) depth--;
    else if ((code | CURLY) === OPEN && ++depth > levels) return true;
  }
  return false;
}
