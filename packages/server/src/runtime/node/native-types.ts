// What the runtime's own requests, answers and headers are to programs: those of Node.
// Place: types alone, for options, events and sockets of every layer
// Rules: the engine and the namespaces name them (`import type`) and never touch what they have; programs of upstream
//        declare these very types, on every runtime.

import type { Server as HttpServer, IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Http2SecureServer, Http2Server } from "node:http2";
import type { Server as HttpsServer } from "node:https";

/** A request as programs get it, with its query read. */
export type NativeRequest = IncomingMessage & { readonly _query: Record<string, string> };

/** A server for requests. */
export type NativeServer = HttpServer | HttpsServer | Http2SecureServer | Http2Server;

/** What answers it. */
export type NativeResponse = ServerResponse;

/** Its headers, by their names in lower case. */
export type NativeHeaders = IncomingHttpHeaders;
