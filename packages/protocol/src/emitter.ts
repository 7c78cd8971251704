// The list of @bowline/protocol/emitter: the open emitter that programs know as component-emitter.
// Place: beside connection / namespace / socket; published for programs that use it for emitters of their own
// Rules: an entry of its own; nothing in the core packages uses it.

export { Emitter, type OpenEmitter, type OpenEmitterClass } from "./shared/open-emitter.ts";
