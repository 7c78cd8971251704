// The type of Client, for programs that require it from this file.
import io = require("./index.js");

declare const Client: abstract new (...parts: never[]) => io.Client;
type Client = io.Client;

export = Client;
