import type { IncomingMessage } from "node:http";
import { IoAdapter } from "@nestjs/platform-socket.io";
import type { Server, ServerOptions } from "socket.io";

/** Refuses requests that carry a bad key, and lets handshakes of one origin in. */
export class StrictIoAdapter extends IoAdapter {
  createIOServer(port: number, options?: ServerOptions): Server {
    const server: Server = super.createIOServer(port, {
      ...options,
      cors: { origin: "https://example.org", credentials: true },
      allowRequest: (request: IncomingMessage, callback: (error: string | null, success: boolean) => void) => {
        callback(null, request.headers["x-key"] !== "stolen");
      },
    });
    server.engine.on("initial_headers", (headers: Record<string, string>) => {
      headers["x-served-by"] = "nest";
    });
    return server;
  }
}
