// Rules of answers that are too large for one message: no socket is lost, and each part says how many there are.
import { expect, it } from "vitest";
import { partsOf } from "./answer-parts.ts";
import { type ClusterResponse, MessageType } from "./message.ts";

const HEAD = { uid: "n", nsp: "/" };

function answerWith(count: number): ClusterResponse {
  const sockets = Array.from({ length: count }, (_, num) => ({
    id: `s${num}`,
    handshake: {},
    rooms: [],
    data: "x".repeat(100),
  }));
  return { ...HEAD, type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId: "q", sockets } };
}

it("an answer that fits into one message is told as it is", () => {
  const answer = answerWith(2);
  expect(partsOf(answer, 10_000)).toEqual([answer]);
});

it("an answer that does not is told in parts that say how many they are, each socket once and in order", () => {
  const parts = partsOf(answerWith(10), 1_000);
  const told = parts.map((part) =>
    part.type === MessageType.FETCH_SOCKETS_RESPONSE ? part.data : expect.fail("no part"),
  );
  expect(told.flatMap(({ sockets }) => sockets.map(({ id }) => id))).toEqual(
    Array.from({ length: 10 }, (_, num) => `s${num}`),
  );
  expect(told.map((part) => part.parts)).toEqual(Array.from(told, () => told.length));
  expect(told.length).toBeGreaterThan(1);
});

it("an answer of another kind has no parts", () => {
  const answer: ClusterResponse = {
    ...HEAD,
    type: MessageType.BROADCAST_ACK,
    data: { requestId: "q", packet: "x".repeat(5_000) },
  };
  expect(partsOf(answer, 1_000)).toEqual([answer]);
});
