// The types of require("component-emitter") in programs of 1.x and 2.x.
import { Emitter as CoreEmitter, type OpenEmitter } from "@bowline/protocol/emitter";

declare const Emitter: typeof CoreEmitter;
type Emitter = OpenEmitter;

export = Emitter;
