// Checks everything a client sends before the playground uses it: lengths, grammars, sizes, kinds of image.
// Place in the flow: the last step of `... -> socket -> handlers`; Socket.IO delivers well-formed packets, what is
// inside them is still a stranger's data. A value that does not fit throws a Refusal, which the sender gets as answer.

export const LIMITS = {
  nameLength: 24,
  textLength: 500,
  idLength: 64,
  imageBytes: 800_000,
  pointsPerStroke: 1_000,
  strokesPerBoard: 300,
  messagesPerRoom: 50,
  rooms: 40,
};

/** The drawing board's own coordinates: whole numbers, so that a stroke stays small on the wire. */
export const BOARD = { width: 3_000, height: 2_000, inks: 5, maxWidth: 40 };

const ROOM_NAME = /^[a-z0-9][a-z0-9-]{0,23}$/;
// Control characters, which a terminal would obey, and the invisible ones that turn the direction of the text around.
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const IMAGE_STARTS = [
  { type: "image/png", bytes: [0x89, 0x50, 0x4e, 0x47] },
  { type: "image/jpeg", bytes: [0xff, 0xd8, 0xff] },
  { type: "image/gif", bytes: [0x47, 0x49, 0x46, 0x38] },
  { type: "image/webp", bytes: [0x52, 0x49, 0x46, 0x46] },
];

/** What the sender did wrong, in words that are safe to send back. */
export class Refusal extends Error {
  name = "Refusal";
}

export function readName(value) {
  const name = typeof value === "string" ? value.replace(UNSEEN, " ").replace(/\s+/g, " ").trim() : "";
  if (name === "") throw new Refusal("Cannot use this name: it is empty");
  if (name.length > LIMITS.nameLength) throw new Refusal(`Cannot use this name: over ${LIMITS.nameLength} characters`);
  return name;
}

export function readRoomName(value) {
  if (typeof value !== "string" || !ROOM_NAME.test(value)) {
    throw new Refusal("Cannot use this room name: write 1-24 of a-z, 0-9 and -, beginning with a letter or digit");
  }
  return value;
}

export function readText(value) {
  const text = typeof value === "string" ? value.replace(UNSEEN, " ").trim() : "";
  if (text === "") throw new Refusal("Cannot send the message: it is empty");
  if (text.length > LIMITS.textLength) {
    throw new Refusal(`Cannot send the message: over ${LIMITS.textLength} characters`);
  }
  return text;
}

/** An id chosen by the sender; undefined when it sent none that we would keep. */
export function readId(value) {
  return typeof value === "string" && value.length > 0 && value.length <= LIMITS.idLength ? value : undefined;
}

export function readImage(value) {
  if (!(value instanceof Uint8Array)) throw new Refusal("Cannot relay the image: it did not come as binary");
  if (value.byteLength > LIMITS.imageBytes) {
    throw new Refusal(`Cannot relay the image: ${value.byteLength} bytes, at most ${LIMITS.imageBytes} are taken`);
  }
  const kind = IMAGE_STARTS.find(({ bytes }) => bytes.every((byte, index) => value[index] === byte));
  if (kind === undefined) throw new Refusal("Cannot relay the image: not a PNG, JPEG, GIF or WebP");
  return { type: kind.type, bytes: value };
}

export function readStroke(value) {
  const { id, ink, width, points } = value ?? {};
  const fits =
    readId(id) !== undefined &&
    isWhole(ink, BOARD.inks - 1) &&
    isWhole(width, BOARD.maxWidth) &&
    Array.isArray(points) &&
    points.length >= 2 &&
    points.length % 2 === 0 &&
    points.length <= LIMITS.pointsPerStroke * 2 &&
    points.every((at, index) => isWhole(at, index % 2 === 0 ? BOARD.width : BOARD.height));
  if (!fits) throw new Refusal("Cannot draw the stroke: malformed or too long");
  return { id, ink, width, points };
}

function isWhole(value, most) {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
