// Rules of what programs do with a WebSocket that is framed by ourselves.
import { PassThrough } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { WebSocketFace } from "./websocket-face.ts";

function createFace() {
  const host = {
    socket: new PassThrough(),
    protocol: "",
    readyState: 1 as const,
    sendMessage: vi.fn(),
    sendHeartbeat: vi.fn(),
    close: vi.fn(),
  };
  return { face: new WebSocketFace(host), host };
}

describe("a program's call", () => {
  it.each(["ping", "pong"] as const)("of %s with more than a control frame holds breaks no frame", (kind) => {
    const { face, host } = createFace();
    expect(() => face[kind]("x".repeat(126))).toThrow(RangeError);
    expect(host.sendHeartbeat).not.toHaveBeenCalled();
  });

  it("of close() with more than a close frame holds is refused", () => {
    const { face, host } = createFace();
    expect(() => face.close(1000, "é".repeat(62))).toThrow(RangeError);
    expect(host.close).not.toHaveBeenCalled();
  });

  it.each([999, 1005, 65_537, Number.NaN])("of close() with the code %d, which nobody may send, is refused", (code) => {
    const { face, host } = createFace();
    expect(() => face.close(code)).toThrow(TypeError);
    expect(host.close).not.toHaveBeenCalled();
  });

  it("of close() hands on what a close frame holds", () => {
    const { face, host } = createFace();
    face.close(4000, "x".repeat(123));
    expect(host.close).toHaveBeenCalledWith(4000, "x".repeat(123));
  });
});
