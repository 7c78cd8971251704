// The parser packages that socket.io 4.8 itself uses.
// Place: codec process -> **peer** -> samples
// Rules: found from inside socket.io, whatever other versions are installed beside it.
import { createRequire } from "node:module";
import { casesOf } from "./samples.mjs";

const require = createRequire(import.meta.url);
const requireOfServer = createRequire(require.resolve("socket.io-v4"));
const requireOfEngine = createRequire(requireOfServer.resolve("engine.io"));
const { Encoder, Decoder } = requireOfServer("socket.io-parser");
const { encodePacket, decodePacket, encodePayload, decodePayload } = requireOfEngine("engine.io-parser");

const encoder = new Encoder();
const decoder = new Decoder();
let decoded;
decoder.on("decoded", (packet) => {
  decoded = packet;
});

function encodeFrame(data) {
  let encoded;
  encodePacket({ type: "message", data }, true, (frame) => {
    encoded = frame;
  });
  return encoded;
}

/** All cases of a metric. */
export function cases() {
  return casesOf({
    encode: (packet) => encoder.encode(packet).map(encodeFrame),
    decode(frames) {
      for (const frame of frames) decoder.add(decodePacket(frame).data);
      return decoded;
    },
    encodeBody(messages) {
      let body;
      encodePayload(
        messages.map((data) => ({ type: "message", data })),
        (encoded) => {
          body = encoded;
        },
      );
      return body;
    },
    decodeBody: (body) => decodePayload(body).map((packet) => packet.data),
  });
}
