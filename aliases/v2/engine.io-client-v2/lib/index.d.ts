// The types of require("engine.io-client") in programs of 1.x and 2.x: callable and constructible, with everything hanging
// on it.
import { Socket as CoreSocket } from "@bowline/client/engine/compat-2";

declare const Socket: typeof CoreSocket;
type Socket = InstanceType<typeof CoreSocket>;

export = Socket;
