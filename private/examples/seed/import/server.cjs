// The server of the clients that need nothing special: two namespaces on the usual path.
const io = require("socket.io")();

io.of("/admin");
io.listen(3000);

module.exports = io;
