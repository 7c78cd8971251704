// Socket in a file of its own, as programs of 2.x require it.
module.exports = require("@bowline/server/compat-2").Socket;
