// What require("engine.io-client") gives in programs of 3.x and 4.x.
const engine = require("@bowline/client/engine");

exports.Fetch = engine.Fetch;
exports.installTimerFunctions = engine.installTimerFunctions;
exports.NodeWebSocket = engine.NodeWebSocket;
exports.NodeXHR = engine.NodeXHR;
exports.nextTick = engine.nextTick;
exports.parse = engine.parse;
exports.protocol = engine.protocol;
exports.Socket = engine.Socket;
exports.SocketWithoutUpgrade = engine.SocketWithoutUpgrade;
exports.SocketWithUpgrade = engine.SocketWithUpgrade;
exports.Transport = engine.Transport;
exports.TransportError = engine.TransportError;
exports.transports = engine.transports;
exports.WebSocket = engine.WebSocket;
exports.WebTransport = engine.WebTransport;
exports.XHR = engine.XHR;
