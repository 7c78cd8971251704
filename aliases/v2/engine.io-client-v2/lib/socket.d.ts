// The type of the class, for programs that require it from this file.
import Socket = require("./index.js");

export = Socket;
