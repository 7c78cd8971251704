// The table of transports in a file of its own, as programs of 2.x require it.
const { transports } = require("../index.js");

module.exports = transports;
