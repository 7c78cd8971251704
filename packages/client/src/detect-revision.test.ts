import type { Packet } from "@bowline/protocol";
import { describe, expect, test } from "vitest";
import { blamesRevision, otherRevision, revisionOfBody } from "./detect-revision.ts";
import { readClue } from "./elder.ts";

const message = (data: string | Uint8Array): Packet => ({ type: "message", data });
const PROBE = "/__probe";

describe("a polling body", () => {
  test.each([
    ["of 3.x and 4.x is revision 4", '0{"sid":"a"}', 4],
    ["of 2.x is revision 3, whatever follows", '97:0{"sid":"a"}2:40', 3],
    ["of 2.x with more than a hundred characters is no close packet", '118:0{"sid":"a"}', 3],
    ["of bytes is revision 3, since the other has none", Uint8Array.of(0, 9, 7, 255, 0x30, 0x7b), 3],
    ["of a web page is no handshake", "<!doctype html>", undefined],
    ["of nothing is no handshake", "", undefined],
    ["without a length is no handshake", ":0{}", undefined],
    ["with another packet is no handshake", "2:40", undefined],
  ])("%s", (_rule, body, revision) => {
    expect(revisionOfBody(body)).toBe(revision);
  });
});

describe("a refused handshake", () => {
  test.each([
    ["with code 5 blames the revision", 400, '{"code":5,"message":"Unsupported protocol version"}', true],
    ["of another kind of server may blame the revision", 400, "unsupported version", true],
    ["with a code that is no number may blame the revision", 400, '{"code":"x"}', true],
    ["with JSON that is no object may blame the revision", 400, "null", true],
    ["as bytes may blame the revision", 400, new Uint8Array(2), true],
    ["with another code blames something else", 400, '{"code":0,"message":"Transport unknown"}', false],
    ["with another status blames something else", 403, '{"code":4,"message":"Forbidden"}', false],
  ])("%s", (_rule, status, body, blamed) => {
    expect(blamesRevision(status, body)).toBe(blamed);
  });

  test("is tried again with the other revision", () => {
    expect([otherRevision(3), otherRevision(4)]).toEqual([4, 3]);
  });
});

describe("over a WebSocket", () => {
  test.each<[string, Packet, 3 | 4]>([
    ["a greeting for the main namespace means revision 3", message("0"), 3],
    ["a refusal of the main namespace that nobody asked for means revision 3", message('4"nope"'), 3],
    ["a ping of the server means revision 4", { type: "ping" }, 4],
  ])("%s, with and without a probe, and is kept", (_rule, packet, revision) => {
    const clue = { revision, isAnswer: false, hasJoined: false };
    expect([readClue(packet, undefined), readClue(packet, PROBE)]).toEqual([clue, clue]);
  });

  test.each<[string, Packet]>([
    ["an event", message("2[1]")],
    ["an answer for a namespace that is not the probe's", message("0/admin")],
    ["a refusal of a namespace that is not the probe's", message("4/admin,{}")],
    ["an event of the probe's namespace", message("2/__probe,[1]")],
    ["bytes", message(new Uint8Array(1))],
    ["a packet that is no message", { type: "noop" }],
  ])("%s tells nothing", (_rule, packet) => {
    expect([readClue(packet, undefined), readClue(packet, PROBE)]).toEqual([undefined, undefined]);
  });

  test.each<[string, string, 3 | 4, boolean]>([
    ["a refusal with an object means revision 4", '4/__probe,{"message":"Invalid namespace"}', 4, false],
    ["a refusal with a text means revision 3", '4/__probe,"Invalid namespace"', 3, false],
    ["a refusal in the words of a server in Python means revision 4", '4/__probe,"Unable to connect"', 4, false],
    ["a refusal by a middleware of 2.x means revision 3", '4/__probe,"Unable to connect to it"', 3, false],
    ["a yes with a socket id means revision 4, and the namespace is left", '0/__probe,{"sid":"x"}', 4, true],
    ["a bare yes means revision 3, and the namespace is left", "0/__probe", 3, true],
  ])("the probe answered by %s", (_rule, data, revision, hasJoined) => {
    expect(readClue(message(data), PROBE)).toEqual({ revision, isAnswer: true, hasJoined });
  });

  test("an answer to a probe that was never sent tells nothing", () => {
    expect(readClue(message("0/__probe"), undefined)).toBeUndefined();
  });
});
