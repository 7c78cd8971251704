// The class of engines, which programs of 2.x also call without new.
const { Server } = require("@bowline/server/engine");

function Engine(options) {
  return Reflect.construct(Server, [{ compat: 2, ...options }], new.target ?? Server);
}
Engine.prototype = Server.prototype;

module.exports = Object.assign(Engine, { errors: Server.errors, errorMessages: Server.errorMessages });
