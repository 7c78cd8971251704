// Our codecs: the text parser of Socket.IO 5 over Engine.IO 4, from the public entry of the protocol package.
// Place: codec process -> **peer** -> samples
import { createTextParser, eio4 } from "@bowline/protocol";
import { casesOf } from "./samples.mjs";

const parser = createTextParser(5);
const encoder = new parser.Encoder();
const decoder = new parser.Decoder();
let decoded;
decoder.on("decoded", (packet) => {
  decoded = packet;
});

/** All cases of a metric. */
export function cases() {
  return casesOf({
    encode: (packet) => encoder.encode(packet).map((data) => eio4.encodePacket({ type: "message", data }, true)),
    decode(frames) {
      for (const frame of frames) decoder.add(eio4.decodePacket(frame).data);
      return decoded;
    },
    encodeBody: (messages) =>
      eio4.encodePayload(
        messages.map((data) => ({ type: "message", data })),
        false,
      ),
    decodeBody: (body) => Array.from(eio4.decodePayload(body), (packet) => packet.data),
  });
}
