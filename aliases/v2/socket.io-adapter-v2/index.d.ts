// The type of require("socket.io-adapter") in programs of 2.x.
import { ElderAdapter } from "@bowline/adapter";

export = ElderAdapter;
