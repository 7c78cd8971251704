// Users log in by a form; their sockets belong to the session of the cookie. FORM chooses how the middlewares of Express
// are put in front of the sockets: "engine" as since 4.6, "wrap" as before.
const { createServer } = require("node:http");
const cors = require("cors");
const express = require("express");
const session = require("express-session");
const helmet = require("helmet");
const passport = require("passport");
const { Strategy: LocalStrategy } = require("passport-local");
const { Server } = require("socket.io");

const app = express();
const httpServer = createServer(app);
const sessionMiddleware = session({ secret: "changeit", resave: true, saveUninitialized: true });

app.use(sessionMiddleware);
app.use(express.urlencoded({ extended: false }));
app.use(passport.initialize());
app.use(passport.session());

const users = [
  { id: 1, username: "john", password: "changeit" },
  { id: 2, username: "ada", password: "knots" },
];
passport.use(
  new LocalStrategy((username, password, done) => {
    const user = users.find((entry) => entry.username === username && entry.password === password);
    done(null, user ?? false);
  }),
);
passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => done(null, users.find((user) => user.id === id)));

app.post("/login", passport.authenticate("local", { successRedirect: "/in", failureRedirect: "/out" }));
app.post("/logout", (req, res) => {
  const sessionId = req.session.id;
  req.session.destroy(() => {
    io.in(`session:${sessionId}`).disconnectSockets(true);
    res.status(204).end();
  });
});

const io = new Server(httpServer);

function onlyForHandshake(middleware) {
  return (req, res, next) => (req._query.sid === undefined ? middleware(req, res, next) : next());
}
const wrap = (middleware) => (socket, next) => middleware(socket.request, {}, next);

if (process.env.FORM === "wrap") {
  io.use(wrap(sessionMiddleware));
  io.use(wrap(passport.initialize()));
  io.use(wrap(passport.session()));
  io.use((socket, next) => (socket.request.user ? next() : next(new Error("unauthorized"))));
} else {
  io.engine.use(helmet());
  io.engine.use(cors({ origin: "https://example.com", credentials: true }));
  io.engine.use(onlyForHandshake(sessionMiddleware));
  io.engine.use(onlyForHandshake(passport.session()));
  if (process.env.FORM !== "open") {
    io.engine.use(
      onlyForHandshake((req, res, next) => {
        if (req.user) return next();
        res.writeHead(401, { "X-Reason": "log in" });
        res.end();
      }),
    );
  }
}

io.on("connection", (socket) => {
  const { request } = socket;
  socket.join([`session:${request.session.id}`, `user:${request.user?.id}`]);
  socket.on("whoami", (answer) => answer(request.user?.username ?? "nobody"));
  socket.on("tell", (id, text) => io.to(`user:${id}`).emit("told", text));
  socket.on("count", (answer) => {
    request.session.reload((error) => {
      if (error) return socket.disconnect();
      request.session.count = (request.session.count ?? 0) + 1;
      request.session.save(() => answer(request.session.count));
    });
  });
});

app.get("/count", (req, res) => res.json(req.session.count ?? 0));

httpServer.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`listening on port ${httpServer.address().port}`);
});
