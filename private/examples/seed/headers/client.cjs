// A header on the requests of polling, which is where a connection begins.
const io = require("socket.io-client");

const socket = io("http://localhost:3000", {
  transportOptions: {
    polling: {
      extraHeaders: {
        "x-clientid": "abc",
      },
    },
  },
});

module.exports = [socket];
