/** Where the embedded parts say what they do: one sentence a call. */
export type Log = (message: string) => void;

export interface SpawnOptions {
  env?: NodeJS.ProcessEnv | undefined;
  cwd?: string | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  /** The line, on either stream, that says the process can be used. Without it a started process counts as ready. */
  readyWhen?: RegExp | undefined;
  readyTimeoutMs?: number | undefined;
  /** A file that gets a copy of both streams. */
  logFile?: string | undefined;
  stopSignal?: NodeJS.Signals | undefined;
  /** How long a stop waits before SIGKILL. */
  stopTimeoutMs?: number | undefined;
}

export interface Child {
  name: string;
  pid: number;
  /** The exit code; null when a signal ended it. */
  exited: Promise<number | null>;
  stop: () => Promise<void>;
}

/** `info`: what the child sent along with `{type: 'ready'}`. */
export type NodeChild = Child & { info: Record<string, unknown> };

export interface Processes {
  spawn(name: string, command: string, args: readonly string[], options?: SpawnOptions): Promise<Child>;
  /** A script run by this same Node. Ready when it sends `{type: 'ready', ...info}` to its parent. */
  spawnNode(
    name: string,
    script: string,
    args?: readonly string[],
    options?: Omit<SpawnOptions, 'readyWhen'>,
  ): Promise<NodeChild>;
  /** Ends everything, the last started first. `progress` hears what is waited for. */
  stopAll(progress?: Log): Promise<void>;
}
