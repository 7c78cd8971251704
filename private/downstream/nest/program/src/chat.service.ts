import { Injectable } from "@nestjs/common";
import type { Server } from "socket.io";

@Injectable()
export class ChatService {
  server?: Server;
  readonly log: string[] = [];

  announce(text: string) {
    this.server?.emit("announcement", text);
    return { text };
  }

  async statistics() {
    const sockets = (await this.server?.fetchSockets()) ?? [];
    return { connected: sockets.map((socket) => socket.data.name), log: this.log };
  }
}
