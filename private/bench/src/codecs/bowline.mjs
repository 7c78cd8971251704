// Our codecs: the parsers of Socket.IO 5 and Engine.IO 4, from the public entries of the protocol package.
// Place: codec process -> **peer** -> samples
import { createTextParser, eio4 } from "@bowline/protocol";
import { createMsgpackParser } from "@bowline/protocol/msgpack";
import { bodyCases, decoderOf, packetCases, parserCases } from "./samples.mjs";

const frameOf = (data) => eio4.encodePacket({ type: "message", data }, true);

// As servers and clients read a body. `Array.from` with a function would take longer than the codec.
function decodeBody(body) {
  const messages = [];
  for (const packet of eio4.decodePayload(body)) messages.push(packet.data);
  return messages;
}

function textCases() {
  const parser = createTextParser(5);
  const encoder = new parser.Encoder();
  const decode = decoderOf(parser);
  const dataOf = (frame) => eio4.decodePacket(frame).data;
  return {
    ...packetCases({
      encode: (packet) => encoder.encode(packet).map(frameOf),
      decode: (frames) => decode(frames, dataOf),
    }),
    ...bodyCases({
      encodeBody(messages) {
        const packets = messages.map((data) => ({ type: "message", data }));
        return eio4.encodePayload(packets, false);
      },
      decodeBody,
    }),
  };
}

/** All cases of a metric. */
export function cases(metric) {
  return metric === "msgpack" ? parserCases(createMsgpackParser(5)) : textCases();
}
