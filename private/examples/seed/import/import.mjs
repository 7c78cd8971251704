// The client by import: the function that connects is the default.
import io from "socket.io-client";

const socket = io("http://localhost:3000");

export const sockets = [socket];
