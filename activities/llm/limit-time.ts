/** Ends a call after its time, or when the caller wants it to end. */
export interface TimeLimit {
  signal: AbortSignal;
  /** Whose time is over: that of this call, or the one that the caller gave to all its calls. */
  over(): 'call' | 'caller' | undefined;
}

export function limitTime(timeoutMs: number, caller: AbortSignal | undefined): TimeLimit {
  const call = AbortSignal.timeout(timeoutMs);
  return {
    signal: caller === undefined ? call : AbortSignal.any([caller, call]),
    over() {
      if (caller !== undefined && isTimeout(caller)) return 'caller';
      return call.aborted && caller?.aborted !== true ? 'call' : undefined;
    },
  };
}

const isTimeout = ({ aborted, reason }: AbortSignal): boolean =>
  aborted && reason instanceof DOMException && reason.name === 'TimeoutError';
