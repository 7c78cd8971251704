// Rules of WebSockets that a runtime frames: what a carrier above hears, and when.
import { eio4 } from "@bowline/protocol";
import { DEAF } from "@bowline/protocol/internal";
import { describe, expect, it, vi } from "vitest";
import { WebSocketCarrier } from "../engine/websocket-carrier.ts";
import { type CorkableSocket, CorkedWebSocket } from "./corked-websocket.ts";

/** A carrier over a WebSocket of which the runtime keeps so many bytes back. */
function createCarrier(bufferedBytes: number) {
  const raw: CorkableSocket = { getBufferedAmount: () => bufferedBytes, cork: (write) => write() };
  const port = new CorkedWebSocket({ write: () => true, end: () => undefined }, 0, () => undefined);
  port.connected(raw);
  const carrier = new WebSocketCarrier(port, eio4, true);
  const carrierClosed = vi.fn();
  carrier.listen({ ...DEAF, carrierClosed });
  const flushed = vi.fn();
  carrier.send([{ frames: [eio4.frame({ type: "message", data: "a" }, false)], compress: false, flushed }]);
  return { port, carrier, carrierClosed, flushed };
}

describe("a batch that the runtime keeps back", () => {
  it("does not hide that a packet made no sense", async () => {
    const { port, carrierClosed, flushed } = createCarrier(1);
    port.received("x");
    await Promise.resolve();
    expect(carrierClosed.mock.calls).toEqual([["parse error", expect.any(SyntaxError)]]);
    expect(flushed.mock.calls).toEqual([["transport error"]]);
  });

  it("does not hide that the connection was closed on purpose", async () => {
    const { carrier, carrierClosed, flushed } = createCarrier(1);
    carrier.close("flush");
    await Promise.resolve();
    expect(carrierClosed.mock.calls).toEqual([["forced close", undefined]]);
    expect(flushed.mock.calls).toEqual([["transport error"]]);
  });

  it("is told of once when the connection goes", () => {
    const { port, carrierClosed, flushed } = createCarrier(1);
    port.ended(undefined);
    expect([carrierClosed.mock.calls, flushed.mock.calls]).toEqual([
      [["transport close", undefined]],
      [["transport error"]],
    ]);
  });
});

it("a batch that has left is told of at once", () => {
  const { carrier, flushed } = createCarrier(0);
  expect([flushed.mock.calls, carrier.writable]).toEqual([[[undefined]], true]);
});
