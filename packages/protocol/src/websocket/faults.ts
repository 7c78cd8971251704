// What a peer can get wrong in its frames, and the code that its connection is closed with.
// Place: bytes -> **frame decoder** -> websocket carrier
// Rules: each names its section; `code` is the name that the package `ws` documents for the same fault, since programs
//        look for it.
// Source: RFC 6455, 5 "Data Framing", 7.4.1 "Defined Status Codes" and 8.1 "Handling of Errors in UTF-8-Encoded Data"

/** A rule of the framing that a peer has broken. */
export interface FrameFault {
  /** What the close frame says: 1002 for a breach of protocol, 1007 for bad data, 1009 for too much of it. */
  readonly closeCode: 1002 | 1007 | 1009;
  readonly code: `WS_ERR_${string}`;
  /** A sentence without its beginning and its full stop. */
  readonly reason: string;
}

/** A rule of the framing that a peer has broken, as programs are told of it. */
export class FrameError extends RangeError {
  override readonly name: string = "FrameError";
  readonly code: FrameFault["code"];

  constructor({ code, reason }: FrameFault) {
    super(`Cannot read the WebSocket frame: ${reason}`);
    this.code = code;
  }
}

function breach(name: string, reason: string): FrameFault {
  return { closeCode: 1002, code: `WS_ERR_${name}`, reason };
}

/** The faults there are. */
type FaultName =
  | "firstReservedBit"
  | "reservedBits"
  | "opcode"
  | "fragmentedControl"
  | "controlLength"
  | "unmasked"
  | "masked"
  | "closeCode"
  | "utf8"
  | "messageLength"
  | "frameLength";

/** All of them, by what is wrong. */
export const FAULTS: Readonly<Record<FaultName, FrameFault>> = {
  /** 5.2: without an extension that was agreed, the reserved bits are 0. */
  firstReservedBit: /* @__PURE__ */ breach(
    "UNEXPECTED_RSV_1",
    "the first reserved bit is set, and no extension was agreed",
  ),
  reservedBits: /* @__PURE__ */ breach("UNEXPECTED_RSV_2_3", "a reserved bit is set, and no extension was agreed"),
  /** 5.2: opcodes 3 to 7 and 11 to 15 are reserved; 5.4: how fragments follow each other. */
  opcode: /* @__PURE__ */ breach("INVALID_OPCODE", "the opcode is reserved, or out of place among fragments"),
  /** 5.5: control frames are not fragmented, */
  fragmentedControl: /* @__PURE__ */ breach("EXPECTED_FIN", "a control frame is fragmented"),
  /** and have 125 bytes at most; 5.5.1: the body of a close frame begins with a code of 2 bytes, if there is one. */
  controlLength: /* @__PURE__ */ breach(
    "INVALID_CONTROL_PAYLOAD_LENGTH",
    "a control frame has a length that it must not have",
  ),
  /** 5.1: a client masks, */
  unmasked: /* @__PURE__ */ breach("EXPECTED_MASK", "a frame of a client is not masked"),
  /** and a server does not. */
  masked: /* @__PURE__ */ breach("UNEXPECTED_MASK", "a frame of a server is masked"),
  /** 7.4: which codes may be sent. */
  closeCode: /* @__PURE__ */ breach("INVALID_CLOSE_CODE", "a close frame has a code that nobody may send"),
  /** 8.1; 5.5.1 for the reason in a close frame. */
  utf8: { closeCode: 1007, code: "WS_ERR_INVALID_UTF8", reason: "a text is no well-formed UTF-8" },
  /** 7.4.1: a message that is too big to be processed. */
  messageLength: {
    closeCode: 1009,
    code: "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
    reason: "a message is larger than the limit",
  },
  /** The same, for lengths that cannot even be counted. 5.2: the highest of the 64 bits is 0. */
  frameLength: {
    closeCode: 1009,
    code: "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
    reason: "a frame is larger than any that can be counted",
  },
};

/** Codes that are never on the wire though they lie between those that are (7.4.1). */
const NEVER_SENT: ReadonlySet<number> = new Set([1004, 1005, 1006]);
const LAST_DEFINED = 1014;

/**
 * Whether a close frame may have a code: one that is defined, by 7.4.1 or in the registry that 11.7 began, or one of those
 * that 7.4.2 leaves to libraries and programs.
 */
export function isSendableCloseCode(code: number): boolean {
  return (code >= 1000 && code <= LAST_DEFINED && !NEVER_SENT.has(code)) || (code >= 3000 && code <= 4999);
}
