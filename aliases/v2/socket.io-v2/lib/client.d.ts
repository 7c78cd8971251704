// The type of Client, for programs that require it from this file.
import { Client } from "@bowline/server/compat-2";

export = Client;
