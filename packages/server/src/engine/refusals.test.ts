// Rules of the names of refusals: one for each answer, and nothing of a request but what is safe to tell.
import { createTrace, SILENT } from "@bowline/protocol/internal";
import { FakeExchange } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { REFUSALS } from "../refusal-sentences.ts";
import { HANDSHAKE_ERRORS, SHUTTING_DOWN } from "./handshake.ts";
import { ClientFault, endRefusal, refusalOf, traceRefusedRequest } from "./refusals.ts";

/** The error of `ws` for a message over its limit. */
const TOO_LONG = Object.assign(new RangeError("Max payload size exceeded"), {
  code: "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
});

describe("the name of a refused request", () => {
  it.each([
    [HANDSHAKE_ERRORS.unknownTransport, "BOWLINE_TRANSPORT_UNKNOWN"],
    [HANDSHAKE_ERRORS.unknownSession, "BOWLINE_SESSION_UNKNOWN"],
    [HANDSHAKE_ERRORS.badMethod, "BOWLINE_METHOD_REFUSED"],
    [HANDSHAKE_ERRORS.badRequest, "BOWLINE_REQUEST_MALFORMED"],
    [HANDSHAKE_ERRORS.forbidden, "BOWLINE_REQUEST_FORBIDDEN"],
    [HANDSHAKE_ERRORS.unsupportedProtocol, "BOWLINE_REVISION_UNSUPPORTED"],
    [SHUTTING_DOWN, "BOWLINE_SHUTTING_DOWN"],
  ])("is that of its answer: %o", (error, name) => {
    expect(refusalOf(error)).toBe(name);
  });

  it.each([
    ["TRANSPORT_MISMATCH", "BOWLINE_TRANSPORT_MISMATCH"],
    ["PROTOCOL_MISMATCH", "BOWLINE_REVISION_MISMATCH"],
    ["TRANSPORT_HANDSHAKE_ERROR", "BOWLINE_UPGRADE_MISSING"],
    ["MIDDLEWARE_FAILURE", "BOWLINE_MIDDLEWARE_FAILED"],
    ["ID_GENERATION_ERROR", "BOWLINE_SESSION_ID_FAILED"],
    ["something else", "BOWLINE_REQUEST_MALFORMED"],
  ])("tells bad requests apart by their context: %s", (name, expected) => {
    expect(refusalOf({ code: 3, context: { name } })).toBe(expected);
  });

  it("is that of a forbidden one where the program gave a number of its own", () => {
    expect(refusalOf({ code: 1000 })).toBe("BOWLINE_REQUEST_FORBIDDEN");
  });
});

describe("the name of why a session was ended", () => {
  it.each([
    ["transport error", new ClientFault("BOWLINE_REQUESTS_OVERLAP", "two polls"), "BOWLINE_REQUESTS_OVERLAP"],
    ["ping timeout", undefined, "BOWLINE_PONG_MISSING"],
    ["parse error", new SyntaxError("no packet"), "BOWLINE_PACKET_UNDECODABLE"],
    ["transport error", TOO_LONG, "BOWLINE_MESSAGE_TOO_LARGE"],
    ["transport error", new RangeError("the buffer is full"), "BOWLINE_BUFFER_OVER_LIMIT"],
    ["transport error", new SyntaxError("a ping"), "BOWLINE_PING_UNEXPECTED"],
  ] as const)("is that of the client's fault: %s, %o", (reason, cause, name) => {
    expect(endRefusal(reason, cause)).toBe(name);
  });

  it.each([
    ["transport close", undefined],
    ["transport error", new Error("ECONNRESET")],
    ["transport error", undefined],
  ] as const)("is none where it just ended: %s, %o", (reason, cause) => {
    expect(endRefusal(reason, cause)).toBe(undefined);
  });
});

describe("a refused request", () => {
  const { head } = new FakeExchange("/engine.io/?token=secret");

  it("is told with its name, what to do, and its path, but not with its query", () => {
    const publish = vi.fn();
    const trace = createTrace(() => ({ hasSubscribers: true, publish }));
    traceRefusedRequest(trace, head, "BOWLINE_REQUEST_FORBIDDEN", { number: 4 });
    expect(publish.mock.calls).toEqual([
      [
        {
          code: "BOWLINE_REQUEST_FORBIDDEN",
          hint: REFUSALS.BOWLINE_REQUEST_FORBIDDEN,
          method: head.method,
          path: "/engine.io/",
          remoteAddress: head.remoteAddress,
          number: 4,
        },
      ],
    ]);
  });

  it("is not put together where nobody listens", () => {
    const readTarget = vi.fn(() => "/engine.io/");
    const unread = {
      ...head,
      get target() {
        return readTarget();
      },
    };
    traceRefusedRequest(SILENT, unread, "BOWLINE_REQUEST_FORBIDDEN", {});
    expect(readTarget).not.toHaveBeenCalled();
  });
});
