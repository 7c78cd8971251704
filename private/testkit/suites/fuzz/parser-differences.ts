// Where our decoders and the official ones differ about an input, each kind with its reason.
// Place: differential-run.ts -> **the list**
// Rules: an entry says what both do and why ours is better for a program; a difference without an entry is a failure, and so is
//        an entry that never occurs. What both accept they have to read as the same value: there is no entry for that.

import { isObject } from "../../src/peers/raw-surface.ts";
import type { Verdict } from "./official-parsers.ts";

/** A kind of inputs that are judged in two ways. */
export interface Difference {
  readonly pairs: readonly string[];
  /** The sentence by which ours refuses; where there is none ours accepts, and theirs does not. */
  readonly refusal?: string;
  /** What ours gives, where it accepts. */
  readonly isMet?: (packet: Readonly<Record<string, unknown>>) => boolean;
  readonly reason: string;
}

const BASE64 = ["packet 4", "payload 4", "packet 3", "payload 3"];
const BASE64_REASON =
  "Base64 is the standard alphabet alone, with the padding that belongs to it. The official parsers leave it to Node's decoder, " +
  "which skips and replaces what is none, so that damaged bytes arrive as others.";
const REVISION_3 = ["packet 3", "payload 3"];
const TEXT = ["text 4", "text 5"];
const OBJECTS = ["msgpack 4", "msgpack 5", "json 5"];
const MSGPACK = ["msgpack 4", "msgpack 5"];

/** All of them. */
export const DIFFERENCES: readonly Difference[] = [
  {
    pairs: BASE64,
    refusal: "Cannot decode the base64 text: it has a character outside the alphabet",
    reason: BASE64_REASON,
  },
  { pairs: BASE64, refusal: "Cannot decode the base64 text: it has too much padding", reason: BASE64_REASON },
  {
    pairs: BASE64,
    refusal: "Cannot decode the base64 text: its length is that of no base64 text",
    reason: BASE64_REASON,
  },
  {
    pairs: REVISION_3,
    refusal: "Cannot decode the packet: it is empty",
    reason: "A frame of no bytes has no type. The official parser gives a packet without one, which no session knows.",
  },
  {
    pairs: REVISION_3,
    refusal: "Cannot decode the packet: its type is unknown",
    reason:
      "Bytes that begin with no number of a type are no packet. The official parser gives one whose type is undefined.",
  },
  {
    pairs: ["payload 3"],
    refusal: "Cannot decode the payload: a length goes beyond its end",
    reason:
      "A body that is cut off is refused, behind the packets that are whole. The official parser gives a packet that is cut off.",
  },
  {
    pairs: ["payload 3"],
    refusal: "Cannot decode the payload: a length is no plain number",
    reason:
      "Lengths are decimal digits. The official parser takes what JavaScript makes a number of, such as spaces in front.",
  },
  {
    pairs: ["payload 3"],
    refusal: "Cannot decode the payload: an entry is neither text nor binary",
    reason:
      "An entry begins with 0 for text or 1 for bytes. The official parser takes every other byte for one of bytes.",
  },
  {
    pairs: ["payload 3"],
    refusal: "Cannot decode the text: it is no well-formed UTF-8",
    reason:
      "Texts are UTF-8. The official parser reads each byte of an ill-formed one as a character, or gives up the whole body.",
  },
  {
    pairs: TEXT,
    refusal: "Cannot decode the packet: it is empty",
    reason: "A text of no characters has no type. The official parsers read it as CONNECT for the main namespace.",
  },
  {
    pairs: TEXT,
    refusal: "Cannot decode the packet: its type is unknown",
    reason: "A type is a digit. The official parsers read a space as the digit 0.",
  },
  {
    pairs: TEXT,
    refusal: "Cannot decode the packet: its payload is not what its type wants",
    reason:
      "Events and acks have a list, and refusals a reason. The official parsers let packets pass that end before their payload, " +
      "and the programs above meet an event without a name; so do they with names of events that JSON cannot write again.",
  },
  {
    pairs: TEXT,
    refusal: "Cannot decode the packet: its payload starts with a space",
    reason: "An id is digits. The official parsers read a space as the digit 0.",
  },
  {
    pairs: TEXT,
    refusal: "Cannot decode the packet: its id is too large",
    reason: "An id that loses digits would answer another question. The official parsers round it.",
  },
  {
    pairs: TEXT,
    refusal: "Cannot decode the packet: its number of attachments is no number from 1",
    reason:
      "How many attachments there are is said in decimal digits. The official parsers take what JavaScript makes a number of, " +
      "and wait for bytes that nobody sends.",
  },
  {
    pairs: TEXT,
    refusal: "Cannot decode the packet: a placeholder has no attachment",
    reason:
      "A placeholder names one of the attachments. The official parsers put undefined in the place of one that is between two.",
  },
  {
    pairs: OBJECTS,
    refusal: "Cannot decode the packet: its id is no whole number from 0",
    reason: "Nobody counts acks below 0. The official parsers let any whole number pass.",
  },
  {
    pairs: OBJECTS,
    refusal: "Cannot decode the packet: its namespace does not start with a slash",
    reason:
      "The text parsers cannot say another namespace. The official parsers of packets that are one object let any text pass.",
  },
  {
    pairs: OBJECTS,
    refusal: "Cannot decode the packet: its payload is not what its type wants",
    reason:
      "Events have names, and revision 5 reserves some. The official parsers of packets that are one object do not look.",
  },
  {
    pairs: ["json 5"],
    refusal: "Cannot decode the packet: a frame is no text",
    reason: "JSON comes as text. The official parser turns bytes into one.",
  },
  {
    pairs: ["json 5"],
    isMet: ({ type, data }) => type === 4 && typeof data === "string",
    reason: "A refusal may be a text, as servers of 2.x and 3.x send it. The official parser wants an object.",
  },
  {
    pairs: ["msgpack 4"],
    isMet: ({ type, data }) => type === 0 && data !== undefined,
    reason:
      "A CONNECT of revision 4 may have data that nobody reads, as with the text parser. The official parser refuses it.",
  },
  {
    pairs: ["msgpack 4"],
    isMet: ({ type, data }) => type === 4 && isObject(data),
    reason: "A refusal of revision 4 may be an object, as with the text parser. The official parser wants a text.",
  },
  {
    pairs: MSGPACK,
    refusal: "Cannot decode the MessagePack: a date is out of range",
    reason:
      "A date that JavaScript cannot have is refused. The official codec gives an invalid one, which cannot be written again.",
  },
  {
    pairs: MSGPACK,
    refusal: "Cannot decode the MessagePack: a key is neither text nor number",
    reason: "Keys of maps are texts, or numbers that become some. The official codec makes a text of anything.",
  },
];

/** The entry that explains why two verdicts differ. */
export function explain(pair: string, ours: Verdict): Difference | undefined {
  const last = ours.packets.at(-1);
  return DIFFERENCES.find(({ pairs, refusal, isMet }) => {
    if (!pairs.includes(pair) || refusal !== ours.refusal) return false;
    return isMet === undefined || (isObject(last) && isMet(last));
  });
}
