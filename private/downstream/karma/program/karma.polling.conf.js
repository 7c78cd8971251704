const usual = require("./karma.conf.js");

module.exports = (config) => {
  usual(config);
  config.set({ transports: ["polling"] });
};
