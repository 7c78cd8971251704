// What the first bytes of a WebSocket frame mean.
// Place: bytes -> **frame decoder, frame encoder** -> websocket carrier -> engine dialect
// Rules: constants alone.
// Source: RFC 6455, 5.2 "Base Framing Protocol" and 11.8 "WebSocket Opcode Registry"

export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** The bit of the first byte that ends a message. */
export const FIN = 0x80;
/** The bit of the second byte that announces a masking key. */
export const MASK = 0x80;
/** In the place of a length: it follows in 16 bits. */
export const LENGTH_16 = 126;
/** In the place of a length: it follows in 64 bits. */
export const LENGTH_64 = 127;
/** The largest length that fits into the second byte, and the largest that a control frame may have (5.5). */
export const LARGEST_SHORT = 125;
/** The largest length that fits into 16 bits. */
export const LARGEST_16 = 0xffff;
/** Stands for the code of a close frame that has none (7.1.5); never on the wire. */
export const NO_CODE = 1005;
