// A program of 2.x with the MessagePack parser on both sides, which uses the JSON parser and the emitter by themselves.
const { createServer } = require("node:http");
const Emitter = require("component-emitter");
const connect = require("socket.io-client");
const json = require("socket.io-json-parser");
const parser = require("socket.io-msgpack-parser");
const { emitting } = require("./emitting.cjs");
const { say, talk } = require("./talk.cjs");

emitting(Emitter);
const mixed = Emitter({ name: "shade" });
say("emitter", typeof mixed.once, mixed.name);
const decoder = new json.Decoder();
decoder.on("decoded", ({ type, data }) => say("json", type === json.EVENT, data));
new json.Encoder().encode({ type: 2, nsp: "/", data: ["a", { b: 1 }] }, (frames) => {
  for (const frame of frames) decoder.add(frame);
});
decoder.off("decoded");
say("json", decoder.hasListeners("decoded"), json.BINARY_ACK, parser.BINARY_EVENT);

const httpServer = createServer();
const io = require("socket.io")(httpServer, { parser });
httpServer.listen(0, () => talk(io, httpServer, (url) => connect(url, { parser })));
