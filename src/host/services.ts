/** What the faces hand to each other without importing each other: the command line starts the server through this. */

export interface ServerSettings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Names or paths of models besides the installed ones; the first answers when a request names none. */
  readonly models?: readonly string[];
  /** Names beside localhost and addresses that requests may be sent to, and pages come from. */
  readonly allowHosts?: readonly string[];
  /** Proxies before the server, whose word on who asks counts; none by default. */
  readonly proxies?: number;
  /** Worker threads; as many as the machine has cores, at most four, by default. */
  readonly workers?: number;
  /** Seconds that a request may wait and compute, together; those of server/limits.ts by default. */
  readonly seconds?: number;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Lets requests in flight finish, then stops. */
  close(): Promise<void>;
}

/** Starts the server and resolves when it can answer. Rejects with a one-line reason. */
export type StartServer = (settings: ServerSettings) => Promise<RunningServer>;

export interface Services {
  /** Loaded only when a server is wanted. */
  readonly server: () => Promise<{ readonly startServer: StartServer }>;
}
