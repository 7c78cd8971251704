// Manager in a file of its own, made with and without `new`, as programs of 2.x do.
const { Manager: ManagerOf2 } = require("@bowline/client/compat-2");

function Manager(uri, options) {
  return Reflect.construct(ManagerOf2, [uri, options], new.target ?? ManagerOf2);
}
Manager.prototype = ManagerOf2.prototype;

module.exports = Manager;
