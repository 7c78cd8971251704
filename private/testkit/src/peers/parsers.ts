// The parsers that a pairing may speak by: those of the official packages and ours, each by one name.
// Place: pairings -> server-peers.ts, client-peers.ts -> **parsers** -> the option `parser`
// Rules: a name says which package it is and what it writes; which side gets which is the pairing's matter.

import { importOwn, memberOf, requireOfficial } from "./load-package.ts";
import { isParserMaker } from "./raw-surface.ts";

/** The parsers there are. "text" is what every side has by itself; the numbers are versions of the packages. */
export type ParserName =
  | "text"
  | "msgpack 2.2"
  | "msgpack 3.0"
  | "json 2.1"
  | "json 3.0"
  | "our msgpack of protocol 4"
  | "our msgpack of protocol 5"
  | "our json";

/**
 * Loads a parser.
 *
 * @param name - Which one.
 * @returns What the option `parser` takes; undefined where the side's own is meant.
 * @throws Error when its package cannot be loaded.
 */
export async function loadParser(name: ParserName): Promise<unknown> {
  switch (name) {
    case "text":
      return undefined;
    case "msgpack 2.2":
      return requireOfficial("socket.io-msgpack-parser-v2");
    case "msgpack 3.0":
      return requireOfficial("socket.io-msgpack-parser-v3");
    case "json 2.1":
      return requireOfficial("socket.io-json-parser-v2");
    case "json 3.0":
      return requireOfficial("socket.io-json-parser-v3");
    case "our msgpack of protocol 4":
      return makeOwn("@bowline/protocol/msgpack", "createMsgpackParser", 4);
    case "our msgpack of protocol 5":
      return makeOwn("@bowline/protocol/msgpack", "createMsgpackParser", 5);
    case "our json":
      return makeOwn("@bowline/protocol/json", "createJsonParser");
    default:
      return name satisfies never;
  }
}

async function makeOwn(entry: string, maker: string, protocol?: 4 | 5): Promise<unknown> {
  const make = memberOf(await importOwn(entry), maker);
  if (!isParserMaker(make)) {
    throw new Error(`Cannot use "${entry}": ${maker} is not a function`);
  }
  return protocol === undefined ? make() : make(protocol);
}
