// What import of "@socket.io/component-emitter" gives to bundlers.
export { Emitter } from "@bowline/protocol/emitter";
