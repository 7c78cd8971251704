// A transport in a file of its own, as programs of 2.x require it.
module.exports = require("./index.js").polling;
