// The names of events that no program may emit; the rest of this file are types.
exports.RESERVED_EVENTS = require("@bowline/protocol").RESERVED_EVENTS;
