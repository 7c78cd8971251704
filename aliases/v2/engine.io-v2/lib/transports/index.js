// The transports that programs of 2.x know.
const { polling, websocket } = require("@bowline/server/engine").transports;

module.exports = { polling, websocket };
