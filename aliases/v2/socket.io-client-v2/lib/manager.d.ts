// The type of Manager, for programs that require it from this file.
import { Manager } from "@bowline/client/compat-2";

export = Manager;
