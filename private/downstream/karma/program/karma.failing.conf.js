const usual = require("./karma.conf.js");

module.exports = (config) => {
  usual(config);
  config.set({ files: ["src/**/*.js", "test/**/*.spec.js", "failing/**/*.spec.js"] });
};
