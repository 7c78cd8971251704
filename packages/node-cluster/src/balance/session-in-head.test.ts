// Rules of the first bytes of a connection: a session is found whole or not at all, and nonsense is nobody's session.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionInHead } from "./session-in-head.ts";

const SID = "AAABkq3v-_Zz0123456789";

describe("the first bytes of a connection", () => {
  it.each([
    [`GET /socket.io/?EIO=4&transport=polling&sid=${SID} HTTP/1.1\r\nHost: a\r\n\r\n`, SID],
    [`POST /x?sid=${SID}&t=1 HTTP/1.1\r\n`, SID],
    [`GET /x?sid=${SID}\n`, SID],
    ["GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n", ""],
    [`GET /x?mysid=${SID} HTTP/1.1\r\n`, ""],
    [`GET /x HTTP/1.1\r\nReferer: http://a/?sid=${SID}\r\n`, ""],
    [`GET /x?sid=${"a".repeat(65)} HTTP/1.1\r\n`, ""],
    ["\u0016\u0003\u0001", ""],
    ["\r\nGET /", ""],
  ])("%j belong to session %j", (head, session) => {
    expect(sessionInHead(head)).toBe(session);
  });

  it("are waited for until the first line is whole", () => {
    const whole = `GET /socket.io/?EIO=3&sid=${SID} HTTP/1.1\r\n`;
    const answers = Array.from({ length: whole.length }, (_, length) => sessionInHead(whole.slice(0, length)));
    expect(answers.filter((answer) => answer !== undefined)).toEqual([]);
    expect(sessionInHead(whole)).toBe(SID);
  });

  it("are never taken for more than an id, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 80 }), (before, after) => {
        const found = sessionInHead(`G${String.fromCharCode(...before)}?sid=${String.fromCharCode(...after)}\n`);
        expect(found === undefined || /^[\w-]{0,64}$/.test(found)).toBe(true);
      }),
    );
  });
});
