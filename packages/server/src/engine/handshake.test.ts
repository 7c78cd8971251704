// Rules of the first look at a request: what its query says, and which session or refusal it leads to.
import { FakeExchange } from "@bowline/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge, type KnownSession } from "./handshake.ts";
import { ENGINE_DEFAULTS } from "./options.ts";
import { parseQuery } from "./query.ts";

const SESSIONS: ReadonlyMap<string, KnownSession> = new Map([
  ["polls", { protocol: 4, carrier: { name: "polling" } }],
  ["moved", { protocol: 4, carrier: { name: "websocket" } }],
  ["elder", { protocol: 3, carrier: { name: "polling" } }],
]);

function verdict(
  query: string,
  { method = "GET", origin = "", isUpgrade = false, transports = "polling websocket" } = {},
) {
  const { head } = new FakeExchange(`/engine.io/?${query}`, { method, ...(origin && { headers: { origin } }) });
  const offered = ENGINE_DEFAULTS.transports.filter((name) => transports.includes(name));
  const options = { ...ENGINE_DEFAULTS, transports: offered };
  const judged = judge(head, parseQuery(head.target), isUpgrade, options, SESSIONS);
  if (judged.is !== "refused") return judged.is;
  const { code, message, status } = judged.error;
  return { code, message, status };
}

function contextOf(query: string, { method = "GET", headers = {}, isUpgrade = false } = {}) {
  const { head } = new FakeExchange(`/engine.io/?${query}`, { method, headers });
  const judged = judge(head, parseQuery(head.target), isUpgrade, ENGINE_DEFAULTS, SESSIONS);
  return judged.is === "refused" ? judged.error.context : judged.is;
}

const UNKNOWN_TRANSPORT = { code: 0, message: "Transport unknown", status: 400 };
const UNKNOWN_SESSION = { code: 1, message: "Session ID unknown", status: 400 };
const BAD_METHOD = { code: 2, message: "Bad handshake method", status: 400 };
const BAD_REQUEST = { code: 3, message: "Bad request", status: 400 };

describe("parseQuery", () => {
  it("lets the last value of an engine key count", () => {
    const query = parseQuery("/?EIO=3&EIO=4&transport=polling&transport=websocket&sid=a&sid=b&b64=&b64=1&t=1&t=2");
    expect([query.dialect.revision, query.transport, query.sid, query.base64]).toEqual([4, "websocket", "b", true]);
    expect(query.all).toMatchObject({ EIO: "4", transport: "websocket", sid: "b", b64: "1", t: "2" });
  });

  it("keeps all values of an application key", () => {
    expect(parseQuery("/?room=a&room=b&room=c&one=1").all).toMatchObject({ room: ["a", "b", "c"], one: "1" });
  });

  it("takes keys named like members of a prototype for plain keys", () => {
    const { all } = parseQuery("/?__proto__=a&constructor=b&constructor=c&toString=d");
    expect(Object.entries(all)).toEqual([
      ["__proto__", "a"],
      ["constructor", ["b", "c"]],
      ["toString", "d"],
    ]);
    expect(Object.getPrototypeOf(all)).toBe(null);
  });

  it("finds nothing in a target without a query", () => {
    const query = parseQuery("/engine.io/");
    expect([query.transport, query.sid, query.base64, query.dialect.revision]).toEqual(["", "", false, 3]);
  });

  it("reads our keys where names and values are escaped, empty or without a sign, and hears no question mark twice", () => {
    const read = (text: string): unknown[] => {
      const { sid, transport, jsonp, base64, dialect } = parseQuery(`/?${text}`);
      return [sid, transport, jsonp, base64, dialect.revision];
    };
    expect(read("%73id=a%20b&transport=web+socket&E%49O=4")).toEqual(["a b", "web socket", undefined, false, 4]);
    expect(read("?sid=a&j=1")).toEqual(["a", "", "1", false, 3]);
    expect(read("&&sid=a=b&=&j&transport&b64=0&")).toEqual(["a=b", "", "", true, 3]);
  });

  it("reads our keys as the whole query has them, whatever is written", () => {
    const part = fc.constantFrom(
      "sid",
      "transport",
      "EIO",
      "j",
      "x",
      "=",
      "&",
      "?",
      "%",
      "+",
      "%73",
      "4",
      "\u00e9",
      "#",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const query = parseQuery(`/?${parts.join("")}`);
        const { sid = "", transport = "", j, EIO } = query.all;
        expect([query.sid, query.transport, query.jsonp, query.dialect.revision]).toEqual([
          sid,
          transport,
          j,
          EIO === "4" ? 4 : 3,
        ]);
      }),
    );
  });

  it("takes every EIO but 4 for revision 3", () => {
    expect(["3", "5", "", "04", "x"].map((eio) => parseQuery(`/?EIO=${eio}`).dialect.revision)).toEqual([
      3, 3, 3, 3, 3,
    ]);
  });

  it("takes an empty b64 for none and any other for yes", () => {
    expect(["b64=", "b64=0", "b64=false"].map((pair) => parseQuery(`/?${pair}`).base64)).toEqual([false, true, true]);
  });
});

describe("judge", () => {
  it.each([
    ["EIO=4"],
    ["EIO=4&transport="],
    ["EIO=4&transport=Polling"],
    ["EIO=4&transport=webtransport"],
    ["EIO=4&transport=constructor"],
    ["EIO=4&transport=__proto__"],
    ["EIO=4&transport=polling&transport=flashsocket"],
  ])("refuses %s as an unknown transport", (query) => {
    expect(verdict(query)).toEqual(UNKNOWN_TRANSPORT);
    expect(verdict(query, { isUpgrade: true })).toEqual(UNKNOWN_TRANSPORT);
  });

  it("refuses a transport that is not on offer", () => {
    expect(verdict("EIO=4&transport=polling", { transports: "websocket" })).toEqual(UNKNOWN_TRANSPORT);
    expect(verdict("EIO=4&transport=websocket", { isUpgrade: true, transports: "polling" })).toEqual(UNKNOWN_TRANSPORT);
  });

  it.each(["gone", "__proto__", "constructor", "hasOwnProperty", "toString"])("does not know session %s", (sid) => {
    expect(verdict(`EIO=4&transport=polling&sid=${sid}`)).toEqual(UNKNOWN_SESSION);
    expect(verdict(`EIO=4&transport=websocket&sid=${sid}`, { isUpgrade: true })).toEqual(UNKNOWN_SESSION);
  });

  it("takes an empty session id for none", () => {
    expect(verdict("EIO=4&transport=polling&sid=")).toBe("handshake");
  });

  it.each([
    ["a poll after the upgrade", "EIO=4&transport=polling&sid=moved"],
    ["a plain request that says websocket on a polling session", "EIO=4&transport=websocket&sid=polls"],
    ["a poll of another revision", "EIO=3&transport=polling&sid=polls"],
    ["a poll of a revision 3 session that says 4", "EIO=4&transport=polling&sid=elder"],
  ])("refuses %s as a bad request", (_, query) => {
    expect(verdict(query)).toEqual(BAD_REQUEST);
  });

  it("refuses an upgrade of another revision as a bad request", () => {
    expect(verdict("EIO=3&transport=websocket&sid=polls", { isUpgrade: true })).toEqual(BAD_REQUEST);
  });

  it.each([
    ["transport=smoke", {}, { transport: "smoke" }],
    ["transport=polling", { headers: { origin: "a\u0001" } }, { name: "INVALID_ORIGIN", origin: "a\u0001" }],
    ["transport=polling&sid=gone", {}, { sid: "gone" }],
    [
      "EIO=4&transport=polling&sid=moved",
      {},
      { name: "TRANSPORT_MISMATCH", transport: "polling", previousTransport: "websocket" },
    ],
    ["EIO=3&transport=polling&sid=polls", {}, { name: "PROTOCOL_MISMATCH", protocol: 3, previousProtocol: 4 }],
    ["EIO=4&transport=polling", { method: "PUT" }, { method: "PUT" }],
    ["EIO=4&transport=websocket", {}, { name: "TRANSPORT_HANDSHAKE_ERROR" }],
  ])("tells the program why it refuses %s", (query, request, context) => {
    expect(contextOf(query, request)).toEqual(context);
  });

  it("leads polls and upgrades to their session", () => {
    expect(verdict("EIO=4&transport=polling&sid=polls")).toBe("session");
    expect(verdict("EIO=4&transport=polling&sid=polls", { method: "POST" })).toBe("session");
    expect(verdict("transport=polling&sid=elder")).toBe("session");
    expect(verdict("EIO=4&transport=websocket&sid=polls", { isUpgrade: true })).toBe("session");
    expect(verdict("EIO=4&transport=websocket&sid=moved", { isUpgrade: true })).toBe("session");
  });

  it.each(["POST", "HEAD", "OPTIONS", "PUT", "DELETE"])("refuses a handshake by %s", (method) => {
    expect(verdict("EIO=4&transport=polling", { method })).toEqual(BAD_METHOD);
  });

  it("refuses a WebSocket handshake in a plain request", () => {
    expect(verdict("EIO=4&transport=websocket")).toEqual(BAD_REQUEST);
  });

  it("takes a GET without a session for a handshake", () => {
    expect([
      verdict("EIO=4&transport=polling"),
      verdict("transport=polling"),
      verdict("EIO=4&transport=websocket", { isUpgrade: true }),
    ]).toEqual(["handshake", "handshake", "handshake"]);
  });

  it.each([
    ["the transport before the origin", "transport=x&sid=gone", UNKNOWN_TRANSPORT],
    ["the origin before the session", "transport=polling&sid=gone", BAD_REQUEST],
  ])("looks at %s", (_, query, error) => {
    expect(verdict(query, { method: "POST", origin: "http://a\u0001" })).toEqual(error);
  });

  it.each([
    ["the session before the method", "transport=websocket&sid=gone", UNKNOWN_SESSION],
    ["the method before the lack of an upgrade", "transport=websocket", BAD_METHOD],
  ])("looks at %s", (_, query, error) => {
    expect(verdict(query, { method: "POST" })).toEqual(error);
  });

  it("refuses an origin with a control character, and no other", () => {
    const origins = ["http://a\u0000", "\u001f", "http://\u007f", "http://example.com", "null"];
    expect(origins.map((origin) => verdict("EIO=4&transport=polling", { origin }))).toEqual([
      BAD_REQUEST,
      BAD_REQUEST,
      BAD_REQUEST,
      "handshake",
      "handshake",
    ]);
  });
});
