// The packets of revision 3, as programs of 2.x encode and decode them by themselves.
const { createEngineParser3 } = require("@bowline/protocol/parser-api");

module.exports = createEngineParser3((bytes) =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
);
