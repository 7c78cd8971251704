import { describe, expect, test } from "vitest";
import {
  blamesRevision,
  type Detection,
  type DetectionInput,
  otherRevision,
  revisionOfBody,
  stepDetection,
} from "./detect-revision.ts";

const message = (data: string | Uint8Array): DetectionInput => ({ is: "packet", packet: { type: "message", data } });
const probing: Detection = { at: "probing", namespace: "/__probe" };

describe("a polling body", () => {
  test.each([
    ["of 3.x and 4.x is revision 4", '0{"sid":"a"}', 4],
    ["of 2.x is revision 3, whatever follows", '97:0{"sid":"a"}2:40', 3],
    ["of 2.x with more than a hundred characters is no close packet", '118:0{"sid":"a"}', 3],
    ["with bytes of 2.x is revision 3", Uint8Array.of(0, 9, 7, 255, 0x30, 0x7b), 3],
    ["of bytes without a length is no handshake", Uint8Array.of(0, 255, 0x30, 0x7b), undefined],
    ["of bytes that start with a binary packet is no handshake", Uint8Array.of(1, 9, 255, 0x30, 0x7b), undefined],
    ["of bytes that hold another packet is no handshake", Uint8Array.of(0, 2, 255, 0x34, 0x30), undefined],
    ["of bytes without an end of length is no handshake", Uint8Array.of(0, 2, 0x30, 0x7b), undefined],
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
  const asked4: Detection = { at: "opening", asked: 4 };

  test("maxPayload in answer to revision 4 means revision 4", () => {
    const { state } = stepDetection(asked4, { is: "open", hasMaxPayload: true });
    expect(state).toEqual({ at: "known", revision: 4 });
  });

  test("maxPayload in answer to revision 3 means revision 3, which 4.x serves when it is allowed to", () => {
    const { state } = stepDetection({ at: "opening", asked: 3 }, { is: "open", hasMaxPayload: true });
    expect(state).toEqual({ at: "known", revision: 3 });
  });

  test("without maxPayload the server gets a moment to greet", () => {
    const step = stepDetection(asked4, { is: "open", hasMaxPayload: false });
    expect(step).toEqual({ state: { at: "listening" }, actions: ["wait"] });
  });

  test.each([
    ["a greeting for the main namespace means revision 3", "0", 3],
    ["a refusal of the main namespace that nobody asked for means revision 3", '4"nope"', 3],
  ])("%s", (_rule, data, revision) => {
    expect(stepDetection({ at: "listening" }, message(data))).toEqual({
      state: { at: "known", revision },
      actions: ["keep"],
    });
  });

  test("a ping of the server means revision 4", () => {
    const step = stepDetection({ at: "listening" }, { is: "packet", packet: { type: "ping" } });
    expect(step).toEqual({ state: { at: "known", revision: 4 }, actions: ["keep"] });
  });

  test.each([
    ["an event", "2[1]"],
    ["an answer for a namespace that is not the probe's", "0/admin"],
  ])("%s tells nothing and is kept", (_rule, data) => {
    expect(stepDetection({ at: "listening" }, message(data))).toEqual({
      state: { at: "listening" },
      actions: ["keep"],
    });
  });

  test("bytes tell nothing and are kept", () => {
    expect(stepDetection(probing, message(new Uint8Array(1)))).toEqual({ state: probing, actions: ["keep"] });
  });

  test("a packet that is no message tells nothing and is kept", () => {
    const step = stepDetection(probing, { is: "packet", packet: { type: "noop" } });
    expect(step).toEqual({ state: probing, actions: ["keep"] });
  });

  test("a server that does not greet is probed", () => {
    const step = stepDetection({ at: "listening" }, { is: "waited", namespace: "/__probe" });
    expect(step).toEqual({ state: probing, actions: ["probe"] });
  });

  test.each([
    ["a refusal with an object means revision 4", '4/__probe,{"message":"Invalid namespace"}', 4, ["drop"]],
    ["a refusal with a text means revision 3", '4/__probe,"Invalid namespace"', 3, ["drop"]],
    ["a refusal in the words of a server in Python means revision 4", '4/__probe,"Unable to connect"', 4, ["drop"]],
    ["a refusal by a middleware of 2.x means revision 3", '4/__probe,"Unable to connect to it"', 3, ["drop"]],
    [
      "a yes with a socket id means revision 4, and the namespace is left",
      '0/__probe,{"sid":"x"}',
      4,
      ["drop", "leave"],
    ],
    ["a bare yes means revision 3, and the namespace is left", "0/__probe", 3, ["drop", "leave"]],
    ["a late greeting means revision 3", "0", 3, ["keep"]],
  ])("the probe answered by %s", (_rule, data, revision, actions) => {
    expect(stepDetection(probing, message(data))).toEqual({ state: { at: "known", revision }, actions });
  });

  test("an event of the probe's namespace tells nothing", () => {
    expect(stepDetection(probing, message("2/__probe,[1]")).state).toEqual(probing);
  });

  test.each<[string, Detection, DetectionInput]>([
    ["the end of the wait while probing", probing, { is: "waited", namespace: "/x" }],
    ["a second open packet", { at: "listening" }, { is: "open", hasMaxPayload: true }],
    ["the end of the wait before the open packet", asked4, { is: "waited", namespace: "/x" }],
    ["the end of the wait once known", { at: "known", revision: 4 }, { is: "waited", namespace: "/x" }],
  ])("%s changes nothing", (_rule, state, input) => {
    expect(stepDetection(state, input)).toEqual({ state, actions: [] });
  });

  test.each<[string, Detection]>([
    ["once known", { at: "known", revision: 4 }],
    ["before the open packet", asked4],
  ])("a packet %s is kept", (_rule, state) => {
    expect(stepDetection(state, message("x"))).toEqual({ state, actions: ["keep"] });
  });
});
