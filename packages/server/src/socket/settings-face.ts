// What a program reads and changes of its server's options, once the server is made.
// Place: the user's code -> server (**settings**) -> options / engine
// Rules: what the engine reads anew for each client counts for those to come, the rest for the time when the server is
//        attached; what is given to the constructor is never written to.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { DefaultData, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import type { EngineOptions, EngineSettings } from "../engine/options.ts";
import { applySetting } from "./elder-settings.ts";
import { MainNamespaceFace } from "./main-namespace-face.ts";
import {
  completeRecovery,
  resolveServerOptions,
  SERVER_DEFAULTS,
  type ServerOptions,
  warnOfUnknown,
} from "./options.ts";
import { type Origins, originJudge } from "./origins.ts";
import type { SocketPlatform } from "./runtime.ts";

/** The options of a server. */
export abstract class SettingsFace<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = DefaultData,
> extends MainNamespaceFace<Listen, Emit, ServerSide, Data> {
  readonly #platform: Pick<SocketPlatform, "warn">;
  #options: ServerOptions;

  constructor(options: Partial<ServerOptions>, platform: Pick<SocketPlatform, "warn">) {
    super();
    this.#platform = platform;
    this.#options = completeRecovery(resolveServerOptions(options, SERVER_DEFAULTS));
    warnOfUnknown(options, platform);
  }

  /** The options of the engine that runs, as far as it is ours. @internal */
  protected abstract get settable(): EngineSettings | undefined;

  /** The options in force. */
  get opts(): ServerOptions {
    return this.#options;
  }

  /** The path that requests start with, without a slash at its end. */
  path(): string;
  /** Changes it, for the time when the server is attached. @returns the server. */
  path(path: string): this;
  path(path?: string): string | this {
    if (path === undefined) return this.#options.path.replace(/\/$/, "");
    this.#options = { ...this.#options, path };
    return this;
  }

  /** Whether the client's files are served. */
  serveClient(): boolean;
  /** Changes that, for the time when the server is attached. @returns the server. */
  serveClient(serves: boolean): this;
  serveClient(serves?: boolean): boolean | this {
    if (serves === undefined) return this.#options.serveClient;
    this.#options = { ...this.#options, serveClient: serves };
    return this;
  }

  /** Milliseconds in which a client has to join a namespace. */
  connectTimeout(): number;
  /** Changes it for clients to come. @returns the server. */
  connectTimeout(timeoutMs: number): this;
  connectTimeout(timeoutMs?: number): number | this {
    if (timeoutMs === undefined) return this.#options.connectTimeout;
    this.#options = resolveServerOptions({ connectTimeout: timeoutMs }, this.#options);
    return this;
  }

  /** Which pages may open a session, as programs of 2.x say it. */
  origins(): Origins;
  /**
   * Changes that for clients to come.
   * @param origins `host:port`, `host:*`, `*:port` or `*:*`, in a list or in a text with spaces between them; or a function.
   * @returns the server.
   */
  origins(origins: Origins): this;
  origins(origins?: Origins): Origins | this {
    if (origins === undefined) return this.#options.origins ?? "*:*";
    this.#options = { ...this.#options, origins };
    if (this.settable !== undefined) Reflect.set(this.settable, "allowedOrigins", originJudge(origins));
    return this;
  }

  /**
   * Makes a setting, as programs have done since 1.0.
   * @deprecated give the option to the constructor, or use `io.use()` in the place of `authorization`.
   * @param name `authorization`, `origins`, `resource`, `transports`, `heartbeat timeout`, `heartbeat interval` or
   *   `destroy buffer size`.
   * @returns the server.
   */
  set(name: string, value: unknown): this {
    applySetting(
      this,
      { setEngineOption: (option, given) => this.#setEngineOption(option, given), warn: this.#platform.warn },
      name,
      value,
    );
    return this;
  }

  /** Takes more options, which win over those that there are. @internal */
  protected takeOptions(options: Partial<ServerOptions>): void {
    this.#options = resolveServerOptions(options, this.#options);
    warnOfUnknown(options, this.#platform);
  }

  #setEngineOption(name: keyof EngineOptions, value: unknown): void {
    const change: Partial<ServerOptions> = {};
    Reflect.set(change, name, value);
    this.#options = resolveServerOptions(change, this.#options);
    if (this.settable !== undefined) Reflect.set(this.settable, name, value);
  }
}
