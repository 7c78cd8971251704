// The parser packages that socket.io 4.8 itself uses, and the official one for MessagePack.
// Place: codec process -> **peer** -> samples
// Rules: found from inside socket.io, whatever other versions are installed beside it.
import { createRequire } from "node:module";
import { bodyCases, decoderOf, packetCases, parserCases } from "./samples.mjs";

const require = createRequire(import.meta.url);
const requireOfServer = createRequire(require.resolve("socket.io-v4"));
const requireOfEngine = createRequire(requireOfServer.resolve("engine.io"));

function textCases() {
  const parser = requireOfServer("socket.io-parser");
  const { encodePacket, decodePacket, encodePayload, decodePayload } = requireOfEngine("engine.io-parser");
  const encoder = new parser.Encoder();
  const decode = decoderOf(parser);
  const dataOf = (frame) => decodePacket(frame).data;
  let encoded;
  const hear = (frame) => {
    encoded = frame;
  };
  const frameOf = (data) => {
    encodePacket({ type: "message", data }, true, hear);
    return encoded;
  };
  return {
    ...packetCases({
      encode: (packet) => encoder.encode(packet).map(frameOf),
      decode: (frames) => decode(frames, dataOf),
    }),
    ...bodyCases({
      encodeBody(messages) {
        const packets = messages.map((data) => ({ type: "message", data }));
        encodePayload(packets, hear);
        return encoded;
      },
      decodeBody: (body) => decodePayload(body).map((packet) => packet.data),
    }),
  };
}

/** All cases of a metric. */
export function cases(metric) {
  return metric === "msgpack" ? parserCases(require("socket.io-msgpack-parser-v3")) : textCases();
}
