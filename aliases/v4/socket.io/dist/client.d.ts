// The type of the client behind sockets, for programs that import it from this file.
import { ClientConnection } from "@bowline/server";

/** A client: its maps are those of its sockets, and make no difference here. */
export type Client<_Listen, _Emit, _ServerSide, _Data = unknown> = ClientConnection;
export declare const Client: typeof ClientConnection;
