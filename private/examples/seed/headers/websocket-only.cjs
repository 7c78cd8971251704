// The same without polling: the header is sent nowhere, and the server refuses.
const io = require("socket.io-client");

const socket = io("http://localhost:3000", {
  transports: ["websocket"],
  transportOptions: {
    polling: {
      extraHeaders: {
        "x-clientid": "abc",
      },
    },
  },
});

module.exports = [socket];
