// Rules of polling by script elements, as very old browsers of generation 2 do.
import { createFakePlatform, FakeExchange, FakeUpgrade } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { ENGINE_DEFAULTS, type EngineOptions, resolveOptions } from "./options.ts";
import { EngineServer } from "./server.ts";

const SCRIPT = "/engine.io/?EIO=3&transport=polling&b64=1&j=7";

function createEngine(options: Partial<EngineOptions> = {}) {
  return new EngineServer(resolveOptions(options, ENGINE_DEFAULTS), createFakePlatform());
}

async function request(engine: EngineServer, target: string, body?: string) {
  const exchange = new FakeExchange(target, body === undefined ? {} : { method: "POST", body });
  engine.handleRequest(exchange);
  await exchange.done;
  return exchange;
}

function open(target = SCRIPT, options: Partial<EngineOptions> = {}) {
  const engine = createEngine(options);
  const first = new FakeExchange(target);
  engine.handleRequest(first);
  const [connection] = Object.values(engine.clients);
  if (connection === undefined) throw new Error("no session was opened");
  const heard: unknown[] = [];
  connection.on("message", (data) => heard.push(data));
  return { engine, first, connection, heard, target: `${target}&sid=${connection.id}` };
}

describe("a client that polls by script elements", () => {
  it("gets a script that nobody can take for anything else", () => {
    const { first } = open();
    expect(first.answer?.body).toMatch(/^___eio\[7\]\("\d+:0\{.*\}"\);$/);
    expect(first.answer?.headers).toMatchObject({
      "Content-Type": "text/javascript; charset=UTF-8",
      "X-Content-Type-Options": "nosniff",
    });
  });

  it("cannot make the script call anything else", () => {
    const { first } = open("/engine.io/?EIO=3&transport=polling&j=7];alert(1);[8");
    expect(first.answer?.body).toMatch(/^___eio\[718\]\("/);
  });

  it("gets bytes as text, whatever it says of itself", async () => {
    const { engine, connection, target } = open("/engine.io/?EIO=3&transport=polling&j=0");
    connection.send(Uint8Array.of(1, 2, 3, 4));
    expect((await request(engine, target)).answer?.body).toBe('___eio[0]("10:b4AQIDBA==");');
  });

  it("sends forms, whose payload is heard", async () => {
    const { engine, heard, target } = open();
    const post = await request(engine, target, `d=${encodeURIComponent("4:4hé\\n")}`);
    expect([post.outcome, heard]).toEqual(["200 ok", ["hé\n"]]);
  });

  it.each(["", "x=1", "d=2:4a&d=2:4b"])(
    "may send a form without a payload, which is nothing to hear: %j",
    async (body) => {
      const { engine, connection, heard, target } = open();
      const post = await request(engine, target, body);
      expect([post.outcome, heard, connection.readyState]).toEqual(["200 ok", [], "open"]);
    },
  );

  it("is taken for any other where that is switched off, or where it speaks the newer revision", () => {
    expect(open(SCRIPT, { jsonp: false }).first.answer?.body).toMatch(/^\d+:0\{/);
    expect(open(SCRIPT.replace("EIO=3", "EIO=4")).first.answer?.body).toMatch(/^0\{/);
  });

  it("gets headers of other origins from nobody: a script needs no permission", () => {
    const { first } = open(SCRIPT, { compat: 2 });
    expect(first.answer?.headers["Access-Control-Allow-Origin"]).toBeUndefined();
  });
});

describe("the initial packet", () => {
  it.each([
    ["EIO=4&transport=polling", "hi", "}\u001e4hi"],
    ["EIO=3&transport=polling", "hi", "}3:4hi"],
    ["EIO=4&transport=polling", Uint8Array.of(1), "}\u001ebAQ=="],
  ])("stands right behind the open packet: %s", async (query, initialPacket, end) => {
    const engine = createEngine({ initialPacket });
    const { answer } = await request(engine, `/engine.io/?${query}`);
    expect(String(answer?.body).endsWith(end)).toBe(true);
  });

  it("is bytes where the transport takes bytes, and text where the client takes none", () => {
    const platform = createFakePlatform();
    const initialPacket = Uint8Array.of(1);
    const engine = new EngineServer(resolveOptions({ initialPacket }, ENGINE_DEFAULTS), platform);
    const messagesFor = (query: string) => {
      const upgrade = new FakeUpgrade(`/engine.io/?${query}`);
      engine.handleUpgrade(upgrade);
      platform.clock.endTurn();
      return upgrade.port.messages.slice(1);
    };
    expect(messagesFor("EIO=4&transport=websocket")).toEqual([Uint8Array.of(1)]);
    expect(messagesFor("EIO=3&transport=websocket")).toEqual([Uint8Array.of(4, 1)]);
    expect(messagesFor("EIO=4&transport=websocket&b64=1")).toEqual(["bAQ=="]);
  });
});

describe("compression of answers", () => {
  const answerFor = async (options: Partial<EngineOptions>, compress: boolean) => {
    const { engine, connection, target } = open("/engine.io/?EIO=4&transport=polling", options);
    connection.send("a", { compress });
    return (await request(engine, target)).answer?.compressFrom;
  };

  it.each<[string, Partial<EngineOptions>, boolean, number | undefined]>([
    ["is asked for from 1024 bytes on by default", {}, true, 1024],
    ["is asked for from the threshold on", { httpCompression: { threshold: 5 } }, true, 5],
    ["is not asked for where it is switched off", { httpCompression: false }, true, undefined],
    ["is not asked for where no packet wants it", {}, false, undefined],
  ])("%s", async (_, options, compress, from) => {
    expect(await answerFor(options, compress)).toBe(from);
  });
});

describe("a message to a client of the engine alone", () => {
  it("is told of once it has left, with and without options", async () => {
    const { engine, connection, target } = open("/engine.io/?EIO=4&transport=polling");
    const sent: string[] = [];
    connection.send("a", () => sent.push("a")).write("b", { compress: false }, () => sent.push("b"));
    expect(sent).toEqual([]);
    const poll = await request(engine, target);
    expect([poll.answer?.body, sent]).toEqual(["4a\u001e4b", ["a", "b"]]);
  });

  it("is not told of where it never leaves", () => {
    const { connection } = open("/engine.io/?EIO=4&transport=polling");
    const sent: string[] = [];
    connection.send("a", () => sent.push("a"));
    connection.close(true);
    expect(sent).toEqual([]);
  });

  it("is heard under both of its names", async () => {
    const { engine, connection, heard, target } = open("/engine.io/?EIO=4&transport=polling");
    connection.on("data", (data) => heard.push(`data ${String(data)}`));
    await request(engine, target, "4x");
    expect(heard).toEqual(["data x", "x"]);
  });
});
