// A server on a path of its own.
const io = require("socket.io")({ path: "/myownpath" });

io.of("/admin");
io.listen(3000);

module.exports = io;
