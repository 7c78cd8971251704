// What a namespace has asked the other servers, and waits for.
// Place: cluster adapter (**questions**) -> server request -> the broker, and the answers back
// Rules: every question ends: with its answers, with the last server that could give one, when its time is up, or with the
//        adapter; an answer to none that is open is nobody's business.

import type { Clock, Random } from "@bowline/protocol/internal";
import type { BroadcastOptions } from "../contract.ts";
import { IncompleteAnswersError } from "./incomplete-answers.ts";
import {
  type ClusterResponse,
  createRandomId,
  type MessageBody,
  MessageType,
  type NodeId,
  writeOptions,
} from "./message.ts";
import { type AckRequest, countReceivers, ServerRequest, type Settle } from "./server-request.ts";
import { within } from "./within.ts";

/** What questions need of their adapter. */
export interface ServerQuestionsHost {
  readonly clock: Clock;
  readonly random: Pick<Random, "bytes">;
  /** How long other servers may take to answer where the program does not say it, in milliseconds. */
  timeoutMs(): number;
  /** Who will answer a question, or how many. */
  respondents(): Promise<ReadonlySet<NodeId> | number>;
  /** The other servers that are known now. */
  known(): ReadonlySet<NodeId>;
  /** Sends a message to all other servers; it is never rejected. */
  publish(message: MessageBody): Promise<void>;
  /** By what name programs know a server. */
  nameOf(uid: NodeId): string;
}

/** The questions of one namespace. */
export class ServerQuestions {
  /** Those that servers answer. */
  readonly requests: Map<string, ServerRequest> = new Map();
  /** Broadcasts whose answers other servers hand in. */
  readonly ackRequests: Map<string, AckRequest> = new Map();
  readonly #host: ServerQuestionsHost;

  constructor(host: ServerQuestionsHost) {
    this.#host = host;
  }

  /** Asks the other servers; settled at once where there are none. */
  async ask(
    createMessage: (requestId: string) => MessageBody,
    settle: Settle,
    timeoutMs: number = this.#host.timeoutMs(),
  ): Promise<void> {
    const { clock, random } = this.#host;
    const respondents = await within(clock, timeoutMs, this.#host.respondents(), () => undefined);
    if (respondents === undefined) {
      settle(new IncompleteAnswersError("timeout reached: nobody has told how many servers there are", [], []), []);
      return;
    }
    const count = typeof respondents === "number" ? respondents : respondents.size;
    if (count <= 0) {
      settle(null, []);
      return;
    }
    const requestId = createRandomId(random);
    const request = new ServerRequest(respondents, timeoutMs, clock, (error, answers) => {
      this.requests.delete(requestId);
      settle(error?.named((uid) => this.#host.nameOf(uid)) ?? null, answers);
    });
    this.requests.set(requestId, request);
    await this.#host.publish(createMessage(requestId));
  }

  /**
   * Asks the other servers for sockets.
   * @param read gives what is asked for, of the answers that there are.
   */
  find<Result>(
    options: BroadcastOptions,
    kind: { readonly isCount?: true },
    read: (answers: readonly unknown[]) => Result[],
  ): Promise<Result[]> {
    return new Promise((resolve, reject) => {
      const settle: Settle = (error, answers) => {
        if (error === null) resolve(read(answers));
        else reject(error.with(read(answers)));
      };
      const ask = (requestId: string): MessageBody => ({
        type: MessageType.FETCH_SOCKETS,
        data: { opts: writeOptions(options), requestId, ...kind },
      });
      this.ask(ask, settle, options.flags?.timeout).catch(reject);
    });
  }

  /** Waits for the answers of clients of other servers. @returns the id under which they are handed in. */
  expectAcks(
    receivers: (count: number) => void,
    reply: (...args: unknown[]) => void,
    timeoutMs: number = this.#host.timeoutMs(),
  ): string {
    const requestId = createRandomId(this.#host.random);
    const stop = this.#host.clock.coarse(timeoutMs, () => void this.ackRequests.delete(requestId));
    this.ackRequests.set(requestId, { receivers, reply, stop, asked: this.#host.known(), counted: new Set() });
    return requestId;
  }

  /** Takes an answer. */
  take(response: ClusterResponse): void {
    const { data, uid } = response;
    switch (response.type) {
      case MessageType.FETCH_SOCKETS_RESPONSE:
        this.requests.get(data.requestId)?.answer(uid, response.data, response.data.parts);
        return;
      case MessageType.SERVER_SIDE_EMIT_RESPONSE:
        if (response.data.isAbsent === true) this.requests.get(data.requestId)?.gone(uid);
        else this.requests.get(data.requestId)?.answer(uid, response.data.packet);
        return;
      case MessageType.BROADCAST_CLIENT_COUNT:
        countReceivers(this.ackRequests.get(data.requestId), uid, response.data.clientCount);
        return;
      case MessageType.BROADCAST_ACK:
        this.ackRequests.get(data.requestId)?.reply(response.data.packet);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        response satisfies never;
    }
  }

  /** A server has gone: nobody waits for its answers any more. */
  gone(node: NodeId): void {
    for (const request of [...this.requests.values()]) request.gone(node);
    for (const request of this.ackRequests.values()) if (request.asked.has(node)) countReceivers(request, node, 0);
  }

  /** Nobody can answer any more. */
  close(): void {
    for (const request of [...this.requests.values()]) request.close();
    for (const { stop } of this.ackRequests.values()) stop();
    this.ackRequests.clear();
  }
}
