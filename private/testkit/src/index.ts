// What tests of every package may use: time, randomness and transports that do what the test says.
// Rules: nothing here opens a port or waits for a real clock; peers/, which does, is imported by its own paths.

export { type BusScene, type BusSurroundings, codeOf, createBusScene } from "./bus-scene.ts";
export {
  type EngineEnd,
  EnginePair,
  type EnginePairOptions,
  type EngineSide,
  type EngineStep,
} from "./engine-pair.ts";
export {
  createFakePlatform,
  FakeClient,
  type FakeClientOptions,
  type FakeEngineDoor,
  type FakePlatform,
} from "./fake-client.ts";
export { createFakeClock, type FakeClock } from "./fake-clock.ts";
export {
  type FakeAnswer,
  FakeExchange,
  type FakeExchangeOptions,
  type FakeHead,
  type FakeHeadOptions,
  FakeUpgrade,
  FakeWebSocket,
  type FakeWebSocketEvents,
  type FakeWrite,
} from "./fake-http.ts";
export { type FakeNodeLink, type FakeNodeMessage, FakeNodes } from "./fake-nodes.ts";
export { Link, type LinkOptions } from "./link.ts";
export { createPipe, type Pipe, PipeEnd, type PipeOptions } from "./pipe.ts";
export { createPollingPipe, PollingClientEnd, type PollingPipeOptions } from "./polling-pipe.ts";
export { PollingServerEnd } from "./polling-server-end.ts";
export { RecordingCarrier, type RecordingCarrierOptions } from "./recording-carrier.ts";
export { createSeededRandom, type SeededRandom } from "./seeded-random.ts";
export { createSessionRecorder, type SessionRecorder, type Told } from "./session-recorder.ts";
export {
  createSessionScene,
  openSessionScene,
  outgoingMessage,
  SCENE_INTERVAL_MS,
  SCENE_TIMEOUT_MS,
  type SessionScene,
  type SessionSceneOptions,
} from "./session-scene.ts";
