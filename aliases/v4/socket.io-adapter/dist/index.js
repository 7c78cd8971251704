// What require("socket.io-adapter") gives in programs of 3.x and 4.x.
const { Adapter, SessionAwareAdapter } = require("./in-memory-adapter.js");
const { ClusterAdapter, ClusterAdapterWithHeartbeat, MessageType } = require("./cluster-adapter.js");

// Compilers of TypeScript ask for it, as they do of the official package.
Object.defineProperty(exports, "__esModule", { value: true });
exports.Adapter = Adapter;
exports.SessionAwareAdapter = SessionAwareAdapter;
exports.ClusterAdapter = ClusterAdapter;
exports.ClusterAdapterWithHeartbeat = ClusterAdapterWithHeartbeat;
exports.MessageType = MessageType;
