// `npm run simulate [-- OPTIONS]`: sizes a cluster on paper, from costs and a topology. `-- --help` lists the options.
import { register } from "tsx/esm/api";

register();
const { simulate } = await import("../private/bench/src/capacity/simulate.ts");
try {
  console.log(simulate(process.argv.slice(2)));
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
