// Rules of encoding with parsers of programs, whatever their style.
import { describe, expect, test } from "vitest";
import { encodeFrames, wantsBinaryTypes } from "./encode.ts";
import type { SocketPacket } from "./packet.ts";
import type { PacketEncoder, SocketFrame } from "./parser.ts";
import { createTextParser } from "./text-codec.ts";

const EVENT: SocketPacket = { type: 2, nsp: "/", data: ["e", Uint8Array.of(1)] };

type Callback = (frames: SocketFrame[]) => void;

const returning: PacketEncoder = { encode: ({ type }) => [`${type}`] };
const calling: PacketEncoder = {
  encode({ type }: SocketPacket, callback?: Callback) {
    callback?.([`${type}`]);
  },
};

describe("encoding", () => {
  test.each([
    ["returns", returning],
    ["hands to the callback", calling],
  ])("takes the frames that the encoder %s", (_rule, encoder) => {
    expect(encodeFrames(encoder, EVENT, false)).toEqual(["2"]);
  });

  test("takes the frames once from an encoder that does both", () => {
    const { Encoder } = createTextParser(5);
    expect(encodeFrames(new Encoder(), { type: 1, nsp: "/" }, false)).toEqual(["1"]);
  });

  test("tells those who want it of binary values", () => {
    expect(encodeFrames(calling, EVENT, true)).toEqual(["5"]);
  });

  test("takes the first frames from an encoder that calls back twice", () => {
    const encoder: PacketEncoder = {
      encode(_packet: SocketPacket, callback?: Callback) {
        callback?.(["a"]);
        callback?.(["b"]);
      },
    };
    expect(encodeFrames(encoder, EVENT, false)).toEqual(["a"]);
  });

  test("says what to do to a parser that calls back too late, and heeds it no more", () => {
    const late: Callback[] = [];
    const encoder: PacketEncoder = {
      encode(_packet: SocketPacket, callback?: Callback) {
        if (callback !== undefined) late.push(callback);
      },
    };
    expect(() => encodeFrames(encoder, EVENT, false)).toThrow(TypeError);
    expect(() => encodeFrames(encoder, EVENT, false)).toThrow("has to return an array");
    expect(() => late[0]?.(["late"])).not.toThrow();
  });
});

describe("an encoder is told of binary values", () => {
  test.each([
    [true, "that says it is of revision 4", 4, returning],
    [false, "that says it is of revision 5, although it takes a callback", 5, calling],
    [true, "that says nothing and takes a callback", Number.NaN, calling],
    [false, "that says nothing and takes none", Number.NaN, returning],
  ])("%s: one %s", (expected, _rule, protocol, encoder) => {
    expect(wantsBinaryTypes({ protocol }, encoder)).toBe(expected);
  });
});
