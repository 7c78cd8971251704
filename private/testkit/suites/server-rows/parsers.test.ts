// Parsers of a program's own, made of the parser package: what they write and read is as the program says.
// Place: **tests** -> stage -> our server with our parser package, official client

import { expect, test } from "vitest";
import { memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import { isConstructor, type Listener } from "../../src/peers/raw-surface.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import { accepted, useStage } from "./stage.ts";

const stage = useStage();

/** A function that makes an encoder or a decoder when it is called with `new`, with what a program hands it. */
function makerOf(name: "Encoder" | "Decoder", given: Listener): unknown {
  const Class = memberOf(requireOfficial("@bowline/socket.io-parser"), name);
  if (!isConstructor(Class)) throw new Error(`Cannot make a "${name}": it is no class`);
  return function make() {
    return new Class(given, {});
  };
}

const hide = (_key: unknown, value: unknown): unknown => (value === "secret" ? "hidden" : value);
const greet = (_key: unknown, value: unknown): unknown => (value === "hello" ? "revived" : value);
const parser = { Encoder: makerOf("Encoder", hide), Decoder: makerOf("Decoder", greet) };

test.each(["@bowline/socket.io", "socket.io-v4"])(
  "%s writes by the replacer and reads by the reviver that its parser was made with",
  async (name) => {
    const { io, url } = await stage.serve(name, { parser });
    const joined = accepted(io);
    const client = stage.connect(url);
    const socket = await joined;
    const read = waitFor(socket, "greet", undefined, "the server's socket");
    const written = new Promise<unknown>((resolve) => client.on("news", (value: unknown) => resolve(value)));
    client.emit("greet", { text: "hello" });
    socket.emit("news", { text: "secret" });
    expect([await read, await written]).toEqual([[{ text: "revived" }], { text: "hidden" }]);
  },
);
