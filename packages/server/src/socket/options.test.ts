// Rules of the server's options: where they arrive, and what is said of those that nobody knows.
import type { DecoderOptions, Parser } from "@bowline/protocol";
import { sio5 } from "@bowline/protocol";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { SERVER_DEFAULTS, type ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";

class StartableServer extends SocketServer {
  start(options: Partial<ServerOptions> = {}): ReturnType<SocketServer["startEngine"]> {
    return this.startEngine(options);
  }
}

function createServer(options: Partial<ServerOptions>) {
  const platform = createFakePlatform();
  const io = new StartableServer(options, platform);
  return { io, clock: platform.clock, warnings: platform.warnings };
}

/** An event that announces this many attachments. */
function announcing(attachments: number): string {
  const places = Array.from({ length: attachments }, (_, num) => ({ _placeholder: true, num }));
  return `5${attachments}-${JSON.stringify(["file", ...places])}`;
}

describe("an option that the server does not know", () => {
  const misspelt: Record<string, unknown> = { pingIntervall: 5, connectTimeOut: 5 };

  it.each(["pingIntervall", "connectTimeOut"])("is warned of by its name: %s", (name) => {
    const { warnings } = createServer(misspelt);
    expect(warnings).toContainEqual([
      "BOWLINE_UNKNOWN_OPTION",
      `Option "${name}" has no effect: this version of the server does not know it`,
    ]);
    expect(warnings.length).toBe(2);
  });

  it("is warned of once, however many servers are made and started with it", () => {
    const platform = createFakePlatform();
    new StartableServer(misspelt, platform).start({ ...misspelt });
    new StartableServer({}, platform).start({ ...misspelt, pingInterva1: 5 });
    expect(platform.warnings.map(([, text]) => text.split('"')[1])).toEqual([
      "pingIntervall",
      "connectTimeOut",
      "pingInterva1",
    ]);
  });

  it.each(["log", "browser client minification", "forceJSONP"])(
    "is not warned of where elder programs give it: %s",
    (name) => {
      expect(createServer(Object.fromEntries([[name, true]])).warnings).toEqual([]);
    },
  );

  it("is warned of where an elder program was kept safe by it", () => {
    expect(createServer(Object.fromEntries([["authorization", () => {}]])).warnings.length).toBe(1);
  });

  it("is none of those that the server has, set or left open", () => {
    const open: Record<string, unknown> = { adapter: undefined, parser: undefined, allowRequest: undefined };
    const { warnings } = createServer({ ...SERVER_DEFAULTS, ...open, generateId: () => "made-up" });
    expect(warnings).toEqual([]);
  });

  it.each(["toString", "constructor", "__proto__"])("may be called %s", (name) => {
    const given: Record<string, unknown> = Object.fromEntries([[name, 1]]);
    expect(createServer(given).warnings.length).toBe(1);
  });
});

describe("maxAttachments", () => {
  it.each([3, 4] as const)("is the most that a packet of generation %i may announce", (protocol) => {
    const { io, clock } = createServer({ maxAttachments: 2 });
    const door = io.start();
    const [within, beyond] = [new FakeClient(door, clock, { protocol }), new FakeClient(door, clock, { protocol })];
    if (protocol === 4) for (const client of [within, beyond]) client.join();
    within.send(announcing(2));
    beyond.send(announcing(3));
    expect([within.port.closes, beyond.port.closes]).toEqual([0, 1]);
  });

  it("is 10 unless the program says so", () => {
    const { io, clock } = createServer({});
    const door = io.start();
    const [within, beyond] = [new FakeClient(door, clock).join(), new FakeClient(door, clock).join()];
    within.send(announcing(10));
    beyond.send(announcing(11));
    expect([within.port.closes, beyond.port.closes]).toEqual([0, 1]);
  });

  it("reaches the decoders of a parser that the program hands in", () => {
    const made = vi.fn();
    class Decoder extends sio5.parser.Decoder {
      constructor(options?: DecoderOptions | DecoderOptions["reviver"]) {
        super(options);
        made(options);
      }
    }
    const parser: Parser = { protocol: 5, Encoder: sio5.parser.Encoder, Decoder };
    const { io, clock } = createServer({ maxAttachments: 3, parser });
    new FakeClient(io.start(), clock).join();
    expect(made.mock.calls).toEqual([[{ maxAttachments: 3 }]]);
  });
});
