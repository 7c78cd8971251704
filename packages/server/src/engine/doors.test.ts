// Rules of what stands between a request and the engine's judgement: CORS, middlewares, preflights, and the headers and
// cookies that go along with answers.
import { createFakePlatform, FakeExchange, FakeUpgrade } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { EngineMiddleware } from "./middleware.ts";
import { ENGINE_DEFAULTS, type EngineOptions, resolveOptions } from "./options.ts";
import { EngineServer } from "./server.ts";

const POLL = "/engine.io/?EIO=4&transport=polling";
const SOCKET = "/engine.io/?EIO=4&transport=websocket";
const ORIGIN = { origin: "http://a.test" };
const NATIVE = { native: { url: "native" }, response: { is: "response" } };

function createEngine(options: Partial<EngineOptions> = {}) {
  return new EngineServer(resolveOptions(options, ENGINE_DEFAULTS), createFakePlatform());
}

function request(engine: EngineServer, target: string, options: ConstructorParameters<typeof FakeExchange>[1] = {}) {
  const exchange = new FakeExchange(target, options);
  engine.handleRequest(exchange);
  return exchange;
}

function upgrade(engine: EngineServer, target: string, options: ConstructorParameters<typeof FakeUpgrade>[1] = {}) {
  const exchange = new FakeUpgrade(target, options);
  engine.handleUpgrade(exchange);
  return exchange;
}

describe("cors", () => {
  it.each([
    [
      "origin",
      {
        cors: {
          origin: () => {
            throw new Error("no");
          },
        },
      },
    ],
    [
      "options",
      {
        cors: () => {
          throw undefined;
        },
      },
    ],
  ])("refuses where the program's function for the %s throws, instead of letting the process end", (_, options) => {
    const engine = createEngine(options);
    const causes: unknown[] = [];
    engine.on("connection_error", ({ context }) => causes.push(context["name"]));
    const { answer } = request(engine, POLL, { headers: ORIGIN });
    const { refusals } = upgrade(engine, SOCKET, { headers: ORIGIN });
    expect([answer?.status, refusals, causes]).toEqual([
      400,
      ["Bad request"],
      ["MIDDLEWARE_FAILURE", "MIDDLEWARE_FAILURE"],
    ]);
  });

  it.each([
    ["nothing, as one that reflects it does where there is none", undefined],
    ["no", false],
  ])("lets a request in whose origin the program's function answers with %s, without headers", (_, answered) => {
    const engine = createEngine({ cors: { credentials: true, origin: (_origin, decide) => decide(null, answered) } });
    const { answer } = request(engine, POLL);
    const { refusals } = upgrade(engine, SOCKET);
    expect([answer?.status, answer?.headers["access-control-allow-origin"], refusals]).toEqual([200, undefined, []]);
  });

  it("goes on once where the program's function answers twice, and throws then", () => {
    const cors = (_: unknown, give: (error: null, options: { origin: string }) => void) => {
      give(null, { origin: "*" });
      give(null, { origin: "*" });
      throw new Error("a program's mistake");
    };
    const engine = createEngine({ cors });
    expect(() => request(engine, POLL, { headers: ORIGIN })).toThrow("a program's mistake");
    expect(engine.clientsCount).toBe(1);
  });

  it("answers a preflight once, whatever the program's function does", () => {
    const cors = (_: unknown, give: (error: null, options: { origin: string }) => void) => {
      give(null, { origin: "*" });
      give(null, { origin: "*" });
    };
    const { answers } = request(createEngine({ cors }), POLL, { method: "OPTIONS", headers: ORIGIN });
    expect(answers.map(({ status }) => status)).toEqual([204]);
  });

  it("is off by default: no answer says anything about origins", () => {
    const { answer } = request(createEngine(), POLL, { headers: ORIGIN });
    expect(Object.keys(answer?.headers ?? {}).filter((name) => name.startsWith("Access"))).toEqual([]);
  });

  it.each([
    ["handshakes", POLL, 200],
    ["refusals", "/engine.io/?transport=smoke", 400],
  ])("writes its headers on %s", (_, target, status) => {
    const { answer } = request(createEngine({ cors: { origin: ["http://a.test"] } }), target, { headers: ORIGIN });
    expect(answer?.status).toBe(status);
    expect(answer?.headers).toMatchObject({ "Access-Control-Allow-Origin": "http://a.test", Vary: "Origin" });
  });

  it("says nothing to origins that are not welcome", () => {
    const { answer } = request(createEngine({ cors: { origin: ["http://b.test"] } }), POLL, { headers: ORIGIN });
    expect(answer?.headers["Access-Control-Allow-Origin"]).toBeUndefined();
  });

  it("answers preflights before anything is looked at", () => {
    const headers = { ...ORIGIN, "access-control-request-method": "POST", "access-control-request-headers": "x-a" };
    const { answer } = request(createEngine({ cors: true }), "/engine.io/", { method: "OPTIONS", headers });
    expect([answer?.status, answer?.body]).toEqual([204, ""]);
    expect(answer?.headers).toMatchObject({
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Headers": "x-a",
    });
    expect(answer?.headers["Content-Length"]).toBeUndefined();
  });

  it("goes along with the end of a WebSocket handshake", () => {
    const { added, accepted } = upgrade(createEngine({ cors: { origin: "*" } }), SOCKET, { headers: ORIGIN });
    expect([accepted, added]).toEqual([true, { "Access-Control-Allow-Origin": "*" }]);
  });

  it("asks the program's function for each request, with the platform's request", () => {
    const asked = vi.fn();
    const cors = (req: unknown, give: (error: null, options: { origin: string }) => void) => {
      asked(req);
      give(null, { origin: "http://c.test" });
    };
    const native = { method: "GET", headers: ORIGIN };
    const { answer } = request(createEngine({ cors }), POLL, { native });
    expect(answer?.headers["Access-Control-Allow-Origin"]).toBe("http://c.test");
    expect(asked.mock.calls).toEqual([[native]]);
  });

  it("refuses where the program's function fails", () => {
    const engine = createEngine({ cors: (_: unknown, give: (error: Error) => void) => give(new Error("no")) });
    expect(request(engine, POLL).answer?.status).toBe(400);
    expect(upgrade(engine, SOCKET).refusals).toEqual(["Bad request"]);
  });

  it("hands a preflight on where it is told to", () => {
    const engine = createEngine({ cors: { preflightContinue: true } });
    expect(request(engine, POLL, { method: "OPTIONS", headers: ORIGIN }).outcome).toContain("Bad handshake method");
  });
});

describe("handlePreflightRequest", () => {
  it("takes requests of the method OPTIONS and no others", () => {
    const handlePreflightRequest = vi.fn();
    const engine = createEngine({ handlePreflightRequest });
    const preflight = request(engine, POLL, { method: "OPTIONS", ...NATIVE });
    request(engine, POLL, NATIVE);
    expect(handlePreflightRequest.mock.calls).toEqual([[NATIVE.native, NATIVE.response]]);
    expect(preflight.answers).toEqual([]);
  });

  it("is answered where the program's promise is rejected, which is the program's affair", async () => {
    const mistake = new Error("no");
    const platform = createFakePlatform();
    const handlePreflightRequest = () => Promise.reject(mistake);
    const engine = new EngineServer(resolveOptions({ handlePreflightRequest }, ENGINE_DEFAULTS), platform);
    const preflight = request(engine, POLL, { method: "OPTIONS", ...NATIVE });
    await Promise.resolve().then(() => undefined);
    expect([preflight.outcome, platform.uncaught]).toEqual([expect.stringMatching(/^500/), [mistake]]);
  });
});

describe("a middleware", () => {
  const pass: EngineMiddleware = (_req, _res, next) => next();

  it("sees every request of both kinds, with the platform's request and response", () => {
    const engine = createEngine();
    const seen: unknown[] = [];
    engine.use((req: never, res: never, next) => {
      seen.push(req, res);
      next();
    });
    request(engine, POLL, NATIVE);
    upgrade(engine, SOCKET, NATIVE);
    request(engine, "/engine.io/?transport=smoke", NATIVE);
    expect(seen).toEqual(Array(3).fill([NATIVE.native, NATIVE.response]).flat());
    expect(engine.clientsCount).toBe(2);
  });

  it("runs after the one before has handed on", () => {
    const engine = createEngine();
    const held: (() => void)[] = [];
    const second = vi.fn(pass);
    engine.use((_req, _res, next) => held.push(next)).use(second);
    const exchange = request(engine, POLL, NATIVE);
    expect([second.mock.calls.length, exchange.answers.length]).toEqual([0, 0]);
    for (const next of held) next();
    expect([second.mock.calls.length, exchange.answer?.status]).toEqual([1, 200]);
  });

  it("hands on once, however often it says so", () => {
    const engine = createEngine();
    engine.use((_req, _res, next) => {
      next();
      next();
      next(new Error("late"));
    });
    expect(request(engine, POLL, NATIVE).answers.length).toBe(1);
    expect(engine.clientsCount).toBe(1);
  });

  it.each([false, 0, ""])("hands on with %j, which is no error", (answer) => {
    const engine = createEngine();
    engine.use((_req, _res, next) => next(answer));
    request(engine, POLL, NATIVE);
    expect(engine.clientsCount).toBe(1);
  });

  it("that answers by itself keeps the engine out of it", () => {
    const engine = createEngine();
    engine.use(() => undefined);
    expect(request(engine, POLL, NATIVE).answers).toEqual([]);
    expect(engine.clientsCount).toBe(0);
  });

  it.each<[string, EngineMiddleware]>([
    ["hands on an error", (_req, _res, next) => next(new Error("no"))],
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["rejects with nothing", () => Promise.reject()],
    ["rejects with an empty text", () => Promise.reject("")],
  ])("that %s refuses on both transports, and the program is told", async (_, middleware) => {
    const engine = createEngine();
    const reported: unknown[] = [];
    engine.use(middleware).on("connection_error", ({ context }) => {
      reported.push([context["name"], context["error"] instanceof Error]);
    });
    const exchange = request(engine, POLL, NATIVE);
    const upgraded = upgrade(engine, SOCKET, NATIVE);
    await Promise.all([exchange.done, upgraded.done]);
    expect([exchange.outcome, upgraded.refusals]).toEqual(['400 {"code":3,"message":"Bad request"}', ["Bad request"]]);
    expect(reported).toEqual(Array(2).fill(["MIDDLEWARE_FAILURE", true]));
  });

  it("refuses aloud where the runtime has no such request", () => {
    const engine = createEngine();
    const reported: string[] = [];
    engine.use(pass).on("connection_error", ({ context }) => reported.push(String(context["error"])));
    expect(request(engine, POLL).answer?.status).toBe(400);
    expect(reported[0]).toContain("no request and response in the form of Node");
  });
});

describe("allowRequest", () => {
  it.each<[string | number | null | undefined, string, unknown]>([
    ["not you", '403 {"code":4,"message":"not you"}', { message: "not you" }],
    [null, '403 {"code":4,"message":"Forbidden"}', {}],
    [undefined, '403 {"code":4,"message":"Forbidden"}', {}],
    [4, '403 {"code":4,"message":"Forbidden"}', { message: 4 }],
    [1, '400 {"code":1,"message":"Session ID unknown"}', { message: 1 }],
    [99, '403 {"code":4,"message":"Forbidden"}', { message: 99 }],
  ])("that refuses with %j is answered %s, and the program is told", (why, outcome, context) => {
    const engine = createEngine({ allowRequest: (_, decide) => decide(why, false) });
    const reported: unknown[] = [];
    engine.on("connection_error", (report) => reported.push(report.context));
    expect([request(engine, POLL).outcome, reported]).toEqual([outcome, [context]]);
  });
});

describe("listeners of headers", () => {
  it("change those of the handshake, and of every answer", () => {
    const engine = createEngine();
    engine.on("initial_headers", (headers) => {
      headers["x-first"] = "1";
    });
    engine.on("headers", (headers) => {
      headers["x-each"] = "2";
    });
    const first = request(engine, POLL);
    const [sid] = Object.keys(engine.clients);
    engine.clients[sid ?? ""]?.send("a");
    const second = request(engine, `${POLL}&sid=${sid}`);
    expect([first.answer?.headers["x-first"], first.answer?.headers["x-each"]]).toEqual(["1", "2"]);
    expect([second.answer?.headers["x-first"], second.answer?.headers["x-each"]]).toEqual([undefined, "2"]);
  });

  it("add to the end of a WebSocket handshake", () => {
    const engine = createEngine();
    engine.on("headers", (headers) => {
      headers["x-list"] = ["a", "b"];
    });
    expect(upgrade(engine, SOCKET).added).toEqual({ "x-list": ["a", "b"] });
  });

  it("get the platform's request", () => {
    const engine = createEngine();
    const heard = vi.fn();
    engine.on("initial_headers", heard);
    request(engine, POLL, NATIVE);
    expect(heard.mock.calls).toEqual([[expect.any(Object), NATIVE.native]]);
  });
});

describe("the cookie", () => {
  const cookieOf = (options: Partial<EngineOptions>) => {
    const engine = createEngine({ generateId: () => "ID", ...options });
    const exchange = new FakeExchange(POLL);
    engine.handleRequest(exchange);
    return exchange.done.then(() => exchange.answer?.headers["Set-Cookie"]);
  };

  it.each<[string, Partial<EngineOptions>, string | undefined]>([
    ["is not there by default", {}, undefined],
    ["is called io where it is only switched on", { cookie: true }, "io=ID; Path=/; HttpOnly; SameSite=Lax"],
    ["may be a name alone", { cookie: "node" }, "node=ID; Path=/; HttpOnly; SameSite=Lax"],
    [
      "has a path and its protection by options of their own",
      { cookie: "node", cookiePath: "/p", cookieHttpOnly: false },
      "node=ID; Path=/p; SameSite=Lax",
    ],
    ["without a path is open to scripts", { cookie: "node", cookiePath: false }, "node=ID; SameSite=Lax"],
    [
      "has the attributes it is given",
      { cookie: { name: "node", path: "/p", maxAge: 5, sameSite: "none", secure: true } },
      "node=ID; Max-Age=5; Path=/p; HttpOnly; Secure; SameSite=None",
    ],
    [
      "is strict in the profile of 2.x, and there by default",
      { compat: 2 },
      "io=ID; Path=/; HttpOnly; SameSite=Strict",
    ],
    ["can be switched off there", { compat: 2, cookie: false }, undefined],
  ])("%s", async (_, options, cookie) => {
    expect(await cookieOf(options)).toBe(cookie);
  });

  it.each([
    { cookie: { name: "a;b" } },
    { cookie: "a b" },
    { cookie: { path: "/;x" } },
    { cookie: { domain: "a\r\nb" } },
  ])("that could break out of the header is refused at once: %o", (options) => {
    expect(() => createEngine(options)).toThrow(/^Cannot use option cookie/);
  });

  it("stands in the first answer alone, and in every answer of the profile of 2.x", () => {
    const repeats = (options: Partial<EngineOptions>) => {
      const engine = createEngine({ cookie: true, ...options });
      request(engine, POLL);
      const [connection] = Object.values(engine.clients);
      connection?.send("a");
      const later = request(engine, `${POLL}&sid=${connection?.id}`);
      return later.answer?.headers["Set-Cookie"] !== undefined;
    };
    expect([repeats({}), repeats({ compat: 2 })]).toEqual([false, true]);
  });
});

describe("the profile of 2.x", () => {
  const profile = { compat: 2 } as const;

  it("welcomes pages of every origin, with cookies, on answers and refusals", () => {
    const engine = createEngine(profile);
    const welcome = { "Access-Control-Allow-Origin": "http://a.test", "Access-Control-Allow-Credentials": "true" };
    expect(request(engine, POLL, { headers: ORIGIN }).answer?.headers).toMatchObject(welcome);
    expect(request(engine, "/engine.io/?transport=smoke", { headers: ORIGIN }).answer?.headers).toMatchObject(welcome);
    expect(request(engine, POLL).answer?.headers["Access-Control-Allow-Origin"]).toBe("*");
  });

  it("leaves that to the option cors where it is set", () => {
    const engine = createEngine({ ...profile, cors: { origin: "http://b.test" } });
    expect(request(engine, POLL, { headers: ORIGIN }).answer?.headers["Access-Control-Allow-Origin"]).toBe(
      "http://b.test",
    );
  });

  it("says nothing about origins to those whom the program has refused", () => {
    const engine = createEngine({ ...profile, allowRequest: (_, decide) => decide("no", false) });
    expect(request(engine, POLL, { headers: ORIGIN }).answer).toMatchObject({
      status: 403,
      headers: { "Content-Type": "application/json" },
    });
  });

  it("answers a preflight of a session by itself", () => {
    const engine = createEngine(profile);
    request(engine, POLL);
    const [sid] = Object.keys(engine.clients);
    const { answer } = request(engine, `${POLL}&sid=${sid}`, { method: "OPTIONS", headers: ORIGIN });
    expect(answer).toMatchObject({ status: 200, headers: { "Access-Control-Allow-Headers": "Content-Type" } });
  });

  it("does not announce how much it takes", () => {
    expect(request(createEngine(profile), POLL).answer?.body).not.toContain("maxPayload");
  });

  it("ends the session of a client that sends too much at once", async () => {
    const engine = createEngine({ ...profile, maxHttpBufferSize: 3 });
    request(engine, POLL);
    const [connection] = Object.values(engine.clients);
    const closed = vi.fn();
    connection?.on("close", closed);
    const post = request(engine, `${POLL}&sid=${connection?.id}`, { method: "POST", body: "4abc" });
    await post.done;
    expect([post.outcome, closed.mock.calls[0]?.[0]]).toEqual(["destroyed", "parse error"]);
  });
});

describe("old browsers", () => {
  it.each(["Mozilla/4.0 (compatible;MSIE 8.0)", "Mozilla/5.0 (Trident/7.0)"])(
    "are kept from cutting pieces out of answers: %s",
    (agent) => {
      const { answer } = request(createEngine(), POLL, { headers: { "user-agent": agent } });
      expect(answer?.headers["X-XSS-Protection"]).toBe("0");
    },
  );
});

describe("options of the engine", () => {
  it("keep what was set before when they are completed a second time", () => {
    const once = resolveOptions({ compat: 2, cookie: false }, ENGINE_DEFAULTS);
    expect(resolveOptions({ pingInterval: 5 }, once)).toMatchObject({ compat: 2, cookie: false, pingInterval: 5 });
  });

  it("refuse a generation that there is not", () => {
    const misspelt: object = { compat: 3 };
    expect(() => resolveOptions(misspelt, ENGINE_DEFAULTS)).toThrow(/option compat "3"/);
  });
});
