// What a node answers to questions for a namespace that it does not have.
// Place: cluster (**absent namespace**) -> wire -> bus
// Rules: whoever asks waits for all nodes; one that has nobody there says so at once.

import { type ClusterMessage, type ClusterResponse, MessageType, type ResponseBody } from "./message.ts";

/** The answer to a message; undefined where none is wanted. */
export function absentAnswer(message: ClusterMessage | ClusterResponse): ResponseBody | undefined {
  switch (message.type) {
    case MessageType.FETCH_SOCKETS: {
      const { requestId } = message.data;
      return { type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId, sockets: [], count: 0 } };
    }
    case MessageType.BROADCAST: {
      const { requestId } = message.data;
      if (requestId === undefined) return undefined;
      return { type: MessageType.BROADCAST_CLIENT_COUNT, data: { requestId, clientCount: 0 } };
    }
    case MessageType.SERVER_SIDE_EMIT: {
      const { requestId } = message.data;
      if (requestId === undefined) return undefined;
      return { type: MessageType.SERVER_SIDE_EMIT_RESPONSE, data: { requestId, isAbsent: true } };
    }
    default:
      return undefined;
  }
}
