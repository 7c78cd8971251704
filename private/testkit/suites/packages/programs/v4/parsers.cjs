// A program of 4.x with the MessagePack parser on both sides, which uses the JSON parser and the emitter by themselves.
const { createServer } = require("node:http");
const { Emitter } = require("@socket.io/component-emitter");
const { Server } = require("socket.io");
const { io: connect } = require("socket.io-client");
const json = require("socket.io-json-parser");
const parser = require("socket.io-msgpack-parser");
const { emitting } = require("./emitting.cjs");
const { say, talk } = require("./talk.cjs");

emitting(Emitter);
const decoder = new json.Decoder();
decoder.on("decoded", ({ type, data }) => say("json", type === json.PacketType.EVENT, data));
for (const frame of new json.Encoder().encode({ type: 2, nsp: "/", data: ["a", { b: 1 }] })) decoder.add(frame);
decoder.off("decoded");
say("json", decoder.hasListeners("decoded"), json.protocol, parser.protocol);

const httpServer = createServer();
const server = new Server(httpServer, { parser });
httpServer.listen(0, () => talk(server, httpServer, (url) => connect(url, { parser })));
